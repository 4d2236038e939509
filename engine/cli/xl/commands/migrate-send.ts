import { Deferred } from '../../../lib/deferred.ts';
import type { RawChannel } from '../../engine-client.ts';
import {
  attempt,
  attemptOn,
  Exit,
  findDomain,
  type Found,
  libxlError,
  libxlNumber,
  type Xl,
} from '../context.ts';
import type { Options } from '../getopt.ts';
import { argument, has } from '../given.ts';
import { PipeReader, type StartedProgram } from '../pipes.ts';
import type { Globals } from '../program.ts';
import { readText } from './config-file.ts';
import {
  banner,
  bytesOf,
  expectMessage,
  goMessage,
  headerInfo,
  readyMessage,
  reportMessage,
  truncated,
} from './migrate-words.ts';

/** Bytes that may be on their way from the engine. */
const windowBytes = 1024 * 1024;
/** How long the transport's end is waited for, to say how it ended. */
const reportMs = 2000;

/** Passes the domain on from the engine to the transport. */
class Outlet {
  readonly #whole = new Deferred<void>();
  /** Rejects when there is no more to come: the engine stopped, or the transport does not read. */
  readonly lost = new Deferred<never>();

  constructor(channel: RawChannel, transport: StartedProgram) {
    let writing: Promise<void> = Promise.resolve();
    channel.onFrame((frame) => {
      if (frame.type === 'data') {
        writing = writing
          .then(() => transport.write(frame.bytes))
          .then(() => channel.send({ type: 'credit', bytes: frame.bytes.length }));
        writing.catch(() => this.lost.reject(new Error('Broken pipe')));
      } else if (frame.type === 'event' && frame.event.event === 'ended') {
        if (frame.event.detail === '') writing.then(this.#whole.resolve, () => {});
        else this.lost.reject(new Stopped(frame.event.detail));
      }
    });
    void channel.closed.then((reason) =>
      this.lost.reject(new Stopped(reason || 'The engine ended the stream.')),
    );
    void channel.send({ type: 'credit', bytes: windowBytes });
  }

  /** Resolves when all of it was passed on. */
  get done(): Promise<void> {
    return Promise.race([this.#whole.promise, this.lost.promise]);
  }
}

/** The engine says that the migration is over. */
class Stopped extends Error {}

interface Job {
  readonly xl: Xl;
  readonly found: Found;
  readonly rune: string;
  readonly transport: StartedProgram;
  readonly reader: PipeReader;
}

/** How the transport ended, if it did not end well. */
async function reportTransport({ xl, transport }: Job): Promise<void> {
  const how = await transport.ended(reportMs);
  if (how === null)
    xl.err(
      `migration child [${transport.pid}] not exiting, no longer waiting (exit status will be unreported)\n`,
    );
  else if (how !== '') xl.err(`libxl: info: migration transport process [${transport.pid}] ${how}\n`);
}

/** Before the point of no return: the domain goes on here. */
async function giveUp(job: Job, session?: string): Promise<number> {
  if (session !== undefined) await attempt(job.xl, (client) => client.migrate.end({ session, gone: false }));
  job.transport.end();
  await reportTransport(job);
  job.xl.err('Migration failed, resuming at sender.\n');
  return 1;
}

const undefinedState = `** Migration failed during final handshake **
Domain state is now undefined !
Please CHECK AT BOTH ENDS for running instances, before renaming and
 resuming at most one instance.  Two simultaneous instances of the domain
 would probably result in SEVERE DATA LOSS and it is now your
 responsibility to avoid that.  Sorry.
`;

/** After it: only a person can tell. The copy here stays as it is. */
async function failedBadly(job: Job): Promise<number> {
  job.xl.err(undefinedState);
  job.transport.end();
  await reportTransport(job);
  return 1;
}

async function problemOf(job: Job, session: string, error: unknown): Promise<number> {
  const { xl, found } = job;
  if (!(error instanceof Stopped)) {
    libxlError(xl, 'saving domain: domain responded to suspend request: Broken pipe', found.domid);
    return libxlNumber('ERROR_FAIL');
  }
  const sent = await attempt(xl, (client) => client.migrate.sent({ session }), found.domid);
  return sent.ok ? libxlNumber('ERROR_FAIL') : sent.rc;
}

/** Sends the domain and waits until the target has all of it; null when it has. */
async function transfer(job: Job, session: string, ticket: string): Promise<number | null> {
  const { xl, transport, reader, rune } = job;
  const channel = await (await xl.engine()).openChannel(ticket);
  const outlet = new Outlet(channel, transport);
  try {
    await outlet.done;
  } catch (error) {
    const rc = await problemOf(job, session, error);
    xl.err(`migration sender: libxl_domain_suspend failed (rc=${rc})\n`);
    return giveUp(job, session);
  }
  const ready = expectMessage(xl, reader, readyMessage, 'ready message', rune);
  const acknowledged = await Promise.race([ready, outlet.lost.promise]).catch((error: Error) => {
    libxlError(xl, error.message, job.found.domid);
    return false;
  });
  return acknowledged ? null : giveUp(job, session);
}

/** The last handshake. */
async function handOver(job: Job, session: string): Promise<number> {
  const { xl, transport, reader, rune } = job;
  xl.err('migration sender: Target has acknowledged transfer.\n');
  const away = await attempt(xl, (client) => client.migrate.handOver({ session }), job.found.domid);
  if (!away.ok) return giveUp(job, session);
  xl.err('migration sender: Giving target permission to start.\n');
  const told = await transport.write(bytesOf(goMessage)).then(
    () => true,
    () => false,
  );
  if (!told || !(await expectMessage(xl, reader, reportMessage, 'success/failure report message', rune)))
    return failedBadly(job);
  const status = await reader.take(1);
  if (!status) {
    truncated(xl, 'success/failure status', 'migration ack stream');
    return failedBadly(job);
  }
  if (status[0] !== 0) return takeBack(job, session, status[0] ?? 0);
  xl.err('migration sender: Target reports successful startup.\n');
  await attempt(xl, (client) => client.migrate.end({ session, gone: true }), job.found.domid);
  xl.err('Migration successful.\n');
  return 0;
}

async function takeBack(job: Job, session: string, status: number): Promise<number> {
  const { xl, reader, rune } = job;
  xl.err(`migration sender: Target reports startup failure (status code ${status}).\n`);
  if (!(await expectMessage(xl, reader, goMessage, 'permission for sender to resume', rune)))
    return failedBadly(job);
  xl.err('migration sender: Trying to resume at our end.\n');
  const resumed = await attempt(
    xl,
    (client) => client.migrate.end({ session, gone: false }),
    job.found.domid,
  );
  if (resumed.ok) xl.err('migration sender: Resumed OK.\n');
  xl.err('Migration failed due to problems at target.\n');
  return 1;
}

/** Levels of libxl's log that can be added to the usual ones. */
const mostVerbose = 4;

/** The command that runs the other end. */
function runeFor(args: Options, { verbosity }: Globals, host: string, errIsTerminal: boolean): string {
  const ssh = argument(args, 's') ?? 'ssh';
  if (ssh === '') return host;
  const verbose = verbosity > 0 ? ` -${'v'.repeat(Math.min(verbosity, mostVerbose))}` : '';
  const options = [
    has(args, 'e') || has(args, 'F') ? ' -e' : '',
    has(args, 'debug') ? ' -d' : '',
    has(args, 'p') ? ' -p' : '',
  ];
  return `exec ${ssh} ${host} xl${errIsTerminal ? ' -t' : ''}${verbose} migrate-receive${options.join('')}`;
}

/** `xl migrate`: the guest is stopped, its state copied to the other host through the transport, and started there. */
export async function migrate(args: Options, globals: Globals, xl: Xl): Promise<number> {
  const [domain, host = ''] = args.positionals;
  const found = await findDomain(xl, domain);
  const file = argument(args, 'C');
  const config = file === undefined ? undefined : await readText(xl, file, 1);
  if (!found.row) throw new Exit(1, 'unable to retrieve domain configuration\n');
  const programs = await xl.programs();
  const rune = runeFor(args, globals, host, programs.errIsTerminal);
  const transport = programs.start(rune);
  const job: Job = { xl, found, rune, transport, reader: new PipeReader(transport) };
  if (!(await expectMessage(xl, job.reader, banner, 'banner', rune))) {
    transport.end();
    await reportTransport(job);
    return 1;
  }
  const opened = await attemptOn(xl, found, (client, target) =>
    client.migrate.send({
      ...target,
      keepDomid: has(args, 'D'),
      ...(config && { config: { text: config.text, source: config.source } }),
    }),
  );
  if (!opened.ok) {
    xl.err(`migration sender: libxl_domain_suspend failed (rc=${opened.rc})\n`);
    return giveUp(job);
  }
  const { session, ticket, header } = opened.value;
  xl.err(`Saving to migration stream new xl format (${headerInfo(header)})\n`);
  return (await transfer(job, session, ticket)) ?? handOver(job, session);
}
