import type { IncomingMigration, MigrationTools, OutgoingMigration } from '../../engine/host/migrate.ts';
import type { LocalHarness } from './local-host-harness.ts';
import type { RecordingOperation } from './recording-sink.ts';

/** One end of a migration, as somebody drives it by hand. */
export interface End<T> {
  readonly migration: T;
  readonly op: RecordingOperation;
  /** The task: `done`, or what it failed with. */
  readonly task: Promise<string>;
}

const toolsOf = ({ host }: LocalHarness): MigrationTools => {
  if (!host.migrations) throw new Error('The embedded host migrates domains.');
  return host.migrations;
};

function begin<T extends OutgoingMigration | IncomingMigration>(harness: LocalHarness, migration: T): End<T> {
  const op = harness.op();
  const task = migration.run(op).then(
    () => 'done',
    (error: Error) => error.message,
  );
  return { migration, op, task };
}

export const sendFrom = (harness: LocalHarness, domain: string, keepDomid = false): End<OutgoingMigration> =>
  begin(harness, toolsOf(harness).send(domain, { keepDomid }));

export const receiveAt = (harness: LocalHarness): End<IncomingMigration> =>
  begin(harness, toolsOf(harness).receive());

/** Carries the bytes from one end to the other as their credit allows; resolves with how many when the last has been passed on. */
export function carry(
  from: OutgoingMigration,
  to: IncomingMigration,
  change: (bytes: Uint8Array) => Uint8Array = (bytes) => bytes,
): Promise<number> {
  let passed = 0;
  return new Promise((resolve, reject) => {
    from.stream.onEvent((_, detail) => (detail === '' ? resolve(passed) : reject(new Error(detail))));
    from.stream.onData((bytes) => {
      passed += bytes.length;
      to.stream.write(change(bytes.slice()));
    });
    to.stream.onCredit?.((bytes) => from.stream.credit(bytes));
  });
}
