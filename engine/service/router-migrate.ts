import { randomUUID } from 'node:crypto';
import { implement } from '@orpc/server';
import { DomusError, migrateContract } from '../api/index.ts';
import type { Host } from '../host/host.ts';
import type { IncomingMigration, MigrationTools, OutgoingMigration } from '../host/migrate.ts';
import type { ByteStream } from '../host/operation.ts';
import type { Calls } from './calls.ts';
import type { Tickets } from './tickets.ts';

function toolsOf(host: Host): MigrationTools {
  if (host.migrations) return host.migrations;
  throw new DomusError('ERROR_NI', `${host.info().name} does not migrate domains through Domus.`, {
    fix: 'Use `xl migrate` in its own shell.',
  });
}

/** Sessions that ended and can still be asked how. */
const keptEnded = 64;

/** The migrations of one direction that are under way or have just ended. */
class Sessions<T extends { run: OutgoingMigration['run'] }> {
  readonly #open = new Map<string, T>();
  readonly #ended: string[] = [];

  /** The new session's id, and its work for a task. */
  add(migration: T): { session: string; work: T['run'] } {
    const session = randomUUID();
    this.#open.set(session, migration);
    return { session, work: (op) => migration.run(op).finally(() => this.#end(session)) };
  }

  /** ERROR_NOTFOUND. */
  get(session: string): T {
    const found = this.#open.get(session);
    if (found) return found;
    throw new DomusError('ERROR_NOTFOUND', 'There is no such migration (any more).');
  }

  #end(session: string): void {
    this.#ended.push(session);
    for (const old of this.#ended.splice(0, this.#ended.length - keptEnded)) this.#open.delete(old);
  }
}

/** The calls of a migration. Both ends of it run as tasks. */
export function createMigrateRouter(calls: Calls, tickets: Tickets<ByteStream>) {
  const os = implement(migrateContract);
  const outgoing = new Sessions<OutgoingMigration>();
  const incoming = new Sessions<IncomingMigration>();
  return {
    migrate: {
      send: os.migrate.send.handler(({ input: { host: id, domain, command, ...request } }) => {
        const host = calls.host(id);
        const migration = toolsOf(host).send(domain, request);
        const { session, work } = outgoing.add(migration);
        const title = `Migrate ${calls.nameOf(host, domain)}`;
        const task = calls.begin({ title, host: id, domain, command }, work);
        return { task, session, ticket: tickets.issue(migration.stream), header: migration.header };
      }),
      sent: os.migrate.sent.handler(async ({ input }) => {
        await outgoing.get(input.session).sent();
        return {};
      }),
      handOver: os.migrate.handOver.handler(async ({ input }) => {
        await outgoing.get(input.session).handOver();
        return {};
      }),
      end: os.migrate.end.handler(async ({ input }) => {
        await outgoing.get(input.session).end(input.gone);
        return {};
      }),
      receive: os.migrate.receive.handler(({ input: { host: id, command } }) => {
        const migration = toolsOf(calls.host(id)).receive();
        const { session, work } = incoming.add(migration);
        const task = calls.begin({ title: 'Receive a domain', host: id, command }, work);
        return { task, session, ticket: tickets.issue(migration.stream) };
      }),
      header: os.migrate.header.handler(({ input }) => incoming.get(input.session).header()),
      received: os.migrate.received.handler(({ input }) => incoming.get(input.session).received()),
      drop: os.migrate.drop.handler(async ({ input }) => {
        await incoming.get(input.session).drop();
        return {};
      }),
      take: os.migrate.take.handler(({ input }) => incoming.get(input.session).take(input.paused)),
    },
  };
}
