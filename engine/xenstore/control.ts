import type { DomainRecord } from './domain.ts';
import { refusal } from './error.ts';
import { childOf } from './path.ts';
import { OK } from './protocol.ts';
import { parseQuotaName, QUOTA_NAMES, QUOTAS, type QuotaName } from './quota.ts';
import { leadingInteger, type Request } from './request.ts';

/**
 * CONTROL commands by name, in the order `help` lists them. Of the real daemon's, `logfile`, `memreport` and
 * `live-update` are missing: they write files and replace the daemon's program, and this store has neither.
 */
const COMMANDS: Readonly<Record<string, { usage: string; run(request: Request, args: string[]): string }>> = {
  check: { usage: '', run: check },
  log: { usage: '[on|off]', run: log },
  print: { usage: '<string>', run: print },
  quota: { usage: '[set <name> <val>|<domid>|max [-r]]', run: quota },
  'quota-soft': { usage: '[set <name> <val>]', run: softQuota },
  help: { usage: '', run: help },
};

/** `cmd␀[arg␀…]` → text. EINVAL for an unknown command or bad arguments. */
export function control(request: Request): string {
  const [name, ...args] = request.all();
  if (name === undefined || !Object.hasOwn(COMMANDS, name)) throw refusal('EINVAL');
  return (COMMANDS[name] as (typeof COMMANDS)[string]).run(request, args);
}

function none(args: string[]): void {
  if (args.length > 0) throw refusal('EINVAL');
}

function help(_request: Request, args: string[]): string {
  none(args);
  const lines = Object.entries(COMMANDS).map(([name, { usage }]) => `${name.padEnd(15)} ${usage}\n`);
  return `${lines.join('')}\0`;
}

/** Walks the whole tree: EIO when a listed child is missing or a node is nobody's child. */
function check(request: Request, args: string[]): string {
  none(args);
  const { table } = request.client.core;
  let found = 0;
  const pending = ['/', '@releaseDomain', '@introduceDomain'];
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    const node = table.get(path);
    if (!node) throw refusal('EIO');
    found += 1;
    for (const name of node.children.toArray()) pending.push(childOf(path, name));
  }
  if (found !== table.size) throw refusal('EIO');
  return OK;
}

/** Every request goes to the log, or no longer. */
function log(request: Request, args: string[]): string {
  const { core } = request.client;
  if (args.length === 0) return `Log switch settings:\nio      : ${core.tracing ? 'on' : 'off'}\n\0`;
  if (args.length !== 1 || !['on', 'off'].includes(args[0] as string)) throw refusal('EINVAL');
  core.tracing = args[0] === 'on';
  return OK;
}

function print(request: Request, args: string[]): string {
  if (args.length !== 1) throw refusal('EINVAL');
  request.client.core.log('info', `control: ${args[0]}`);
  return OK;
}

function quota(request: Request, args: string[]): string {
  if (args.length === 0) return showLimits(request, false);
  if (args[0] === 'set') return setLimit(request, args.slice(1), false);
  if (args[0] === 'max') return showMost(request, args.slice(1));
  if (args.length !== 1) throw refusal('EINVAL');
  const domain = request.client.core.domains.get(leadingInteger(args[0] as string));
  if (!domain) throw refusal('ENOENT');
  return showUsage(domain);
}

function softQuota(request: Request, args: string[]): string {
  if (args.length === 0) return showLimits(request, true);
  if (args[0] !== 'set') throw refusal('EINVAL');
  return setLimit(request, args.slice(1), true);
}

function lines(title: string, text: (name: QuotaName) => string, names = QUOTA_NAMES): string {
  return `${title}\n${names.map((name) => `${name.padEnd(17)}: ${text(name)}\n`).join('')}\0`;
}

const wide = (value: number): string => String(value).padStart(8);

function showLimits(request: Request, soft: boolean): string {
  const { limits } = request.client.core.domains;
  const names = soft ? QUOTA_NAMES.filter((name) => 'soft' in QUOTAS[name]) : QUOTA_NAMES;
  const value = (name: QuotaName): number => (soft ? limits.soft(name) : limits.hard(name));
  return lines('Quota settings:', (name) => `${wide(value(name))} ${QUOTAS[name].about}`, names);
}

function showUsage({ domid, usage }: DomainRecord): string {
  return lines(`Domain ${domid}:`, (name) => `${wide(usage.now(name))} (max ${wide(usage.most(name))})`);
}

function showMost(request: Request, args: string[]): string {
  if (args.length > 1 || (args.length === 1 && args[0] !== '-r')) throw refusal('EINVAL');
  const { domains } = request.client.core;
  if (args.length === 1) domains.resetMost();
  return lines('Max. seen accounting values:', (name) => wide(domains.most.most(name)));
}

function setLimit(request: Request, args: string[], soft: boolean): string {
  const parsed = args.length === 2 ? parseQuotaName(`${soft ? 'soft-' : ''}${args[0]}`) : undefined;
  const value = leadingInteger(args[1] ?? '');
  if (!parsed || parsed.soft !== soft || value < 1) throw refusal('EINVAL');
  request.client.core.domains.limits.set(parsed.name, soft, value);
  return OK;
}
