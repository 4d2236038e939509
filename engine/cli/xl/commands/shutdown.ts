import {
  clientOf,
  commandLine,
  findDomain,
  type Found,
  libxlError,
  libxlNumber,
  liveDomains,
  type Xl,
  type XlContext,
} from '../context.ts';
import { EngineFailure } from '../../engine-client.ts';
import { count, flag, has } from '../given.ts';
import type { Command, CommandTable } from '../program.ts';

/** What differs between shutdown and reboot. */
interface Kind {
  readonly call: 'shutdown' | 'reboot';
  readonly doing: string;
  /** Xen's reason code of a guest that does what it is asked. */
  readonly reason: number;
  readonly fallback: string;
  readonly trigger: 'power' | 'reset';
}

const shutdownKind: Kind = {
  call: 'shutdown',
  doing: 'Shutting down',
  reason: 0,
  fallback: 'ACPI power button event',
  trigger: 'power',
};
const rebootKind: Kind = {
  call: 'reboot',
  doing: 'Rebooting',
  reason: 1,
  fallback: 'ACPI reset event',
  trigger: 'reset',
};

const pollMs = 200;

interface Asked {
  readonly found: Found;
  /** Settles when the engine has no more to do with it; null when nobody waits for the guest's obedience. */
  readonly ended: Promise<EngineFailure | null> | null;
}

const asFailure = (error: unknown): EngineFailure => {
  if (error instanceof EngineFailure) return error;
  throw error;
};

/** No PV drivers: says so, or presses the button when asked to. Null when the guest has been told. */
async function fallBack(xl: Xl, kind: Kind, found: Found, force: boolean): Promise<EngineFailure | null> {
  if (!force || !found.row) {
    xl.err('PV control interface not available:\n external graceful shutdown not possible.\n');
    xl.err(`Use "-F" to fallback to ${kind.fallback.replace(' button', '')}.\n`);
    return new EngineFailure('ERROR_NOPARAVIRT', '');
  }
  xl.err(`PV control interface not available: sending ${kind.fallback}.\n`);
  const client = await clientOf(xl);
  const target = { host: xl.host, domain: found.row.id, command: commandLine(xl) };
  return client.live.trigger({ ...target, trigger: kind.trigger }).then(() => null, asFailure);
}

/**
 * Asks the guest. The engine answers when the guest is off; `xl` returns as soon as the wish is with the guest, which is
 * known when the engine has answered two further calls without refusing this one.
 */
async function ask(xl: Xl, kind: Kind, found: Found, force: boolean): Promise<Asked | number> {
  xl.err(`${kind.doing} domain ${found.domid}\n`);
  if (!found.row) {
    libxlError(xl, 'Non-existant domain', found.domid);
    return libxlNumber('ERROR_DOMAIN_NOTFOUND');
  }
  const client = await clientOf(xl);
  const target = { host: xl.host, domain: found.row.id, command: commandLine(xl) };
  const ended = client.domain[kind.call](target).then(() => null, asFailure);
  const accepted = liveDomains(xl).then(() => liveDomains(xl));
  const early = await Promise.race([ended, accepted.then(() => undefined)]);
  if (!early || early.code === 'ERROR_GUEST_TIMEDOUT') return { found, ended };
  const failure = early.code === 'ERROR_NOPARAVIRT' ? await fallBack(xl, kind, found, force) : early;
  if (!failure) return { found, ended: null };
  if (failure.message !== '') libxlError(xl, failure.message, found.domid);
  return libxlNumber(failure.code);
}

/** Waits until every domain has shut down (or, with two -w, is gone), saying so one by one. */
async function waitFor(xl: Xl, kind: Kind, asked: readonly Asked[], deathOnly: boolean): Promise<void> {
  xl.err(`Waiting for ${asked.length} domains\n`);
  const waiting = new Set(asked.map(({ found }) => found.domid));
  const obeyed = new Set<number>();
  for (const { found, ended } of asked) {
    void ended?.then((failure) => failure ?? obeyed.add(found.domid));
  }
  for (;;) {
    const rows = new Map((await liveDomains(xl)).map((row) => [row.domid, row]));
    for (const domid of [...waiting]) {
      const row = rows.get(domid);
      const stopped = row?.shutdownCode != null || obeyed.has(domid);
      if (row && (deathOnly || !stopped)) continue;
      waiting.delete(domid);
      const code = row?.shutdownCode ?? kind.reason;
      if (deathOnly) xl.err(`Domain ${domid} has been destroyed\n`);
      else xl.err(`Domain ${domid} has been shut down, reason code ${code}\n`);
    }
    if (waiting.size === 0) return;
    await xl.sleep(pollMs);
  }
}

function command(kind: Kind): Command<XlContext> {
  return {
    options: [flag('a', 'all'), flag('w', 'wait'), flag('F')],
    async run(args, _, xl) {
      const [word] = args.positionals;
      if (word === undefined && !has(args, 'a')) {
        xl.err('You must specify -a or a domain id.\n\n');
        return 1;
      }
      const targets: Found[] = has(args, 'a')
        ? (await liveDomains(xl)).filter(({ domid }) => domid !== 0).map((row) => ({ domid: row.domid, row }))
        : [await findDomain(xl, word)];
      const asked: Asked[] = [];
      for (const found of targets) {
        const result = await ask(xl, kind, found, has(args, 'F'));
        if (typeof result === 'number') {
          xl.err(`${kind.call} failed (rc=${result})\n`);
          return 1;
        }
        asked.push(result);
      }
      const waits = count(args, 'w');
      if (waits > 0) await waitFor(xl, kind, asked, waits > 1);
      return 0;
    },
  };
}

export const shutdownCommands: CommandTable<XlContext> = {
  shutdown: command(shutdownKind),
  reboot: command(rebootKind),
};
