import { isAbsolute, join } from 'node:path';
import type { HostDraft } from '../../../api/index.ts';
import { ConnectError } from '../link/steps.ts';
import { evaluate, hostName, matters } from './config/evaluate.ts';
import { type Entry, readConfig, withHome } from './config/files.ts';
import type { Values } from './config/lines.ts';
import { type Runs, tokensOf } from './config/match.ts';
import { configProblem } from './config/problem.ts';
import { expand, type Tokens } from './config/tokens.ts';
import { sshHome, type SshHome } from './home.ts';
import { type Hop, parseHops } from './hop.ts';
import { harmless, succeeds } from './shell-command.ts';

/** What ssh would do to reach one computer. */
export interface SshSettings {
  /** As the person named it: what the configuration and known_hosts go by. */
  readonly alias: string;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** Absolute, in the order they are tried. `explicit`: the person chose them. */
  readonly identityFiles: readonly { readonly path: string; readonly explicit: boolean }[];
  /** Only these identities, even if the agent has more. */
  readonly identitiesOnly: boolean;
  /** Path of the agent's socket (on Windows its pipe); null: none. */
  readonly agent: string | null;
  readonly knownHostsFiles: readonly string[];
  /** The name its key is known by instead of its address, in small letters; null: the address. */
  readonly hostKeyAlias: string | null;
  /** `ask`: an unknown key is shown to the person. */
  readonly unknownKeys: 'ask' | 'accept' | 'refuse';
  /** A line for the person's shell that makes the connection (ProxyCommand), ready to run; null: none. */
  readonly proxyCommand: string | null;
  /** The computers in between, first hop first. Only the first of them may have a `proxyCommand`. */
  readonly jumps: readonly SshSettings[];
}

const maxJumps = 8;

/** The person's configuration, then the system's: of two values the first counts. Rejects with ConnectError. */
export async function readSshConfig(where: SshHome): Promise<Entry[][]> {
  const own = join(where.home, '.ssh');
  const user = { place: where, base: own, matters };
  if (where.config !== undefined) return [await readConfig(where.config, { ...user, trusted: true })];
  const files = [await readConfig(join(own, 'config'), { ...user, trusted: false })];
  const system = { place: where, base: '/etc/ssh', matters, trusted: true };
  if (where.platform !== 'win32') files.push(await readConfig('/etc/ssh/ssh_config', system));
  return files;
}

const isYes = (word: string | undefined): boolean => ['yes', 'true'].includes(word?.toLowerCase() ?? '');

/** Those of OpenSSH that can be read here, in its order. */
const defaultKeys = ['id_rsa', 'id_ecdsa', 'id_ed25519'];

interface Wish extends Hop {
  readonly identityFile: string | null;
  /** Looked at before the usual ones. */
  readonly knownHostsFile: string | null;
  readonly useAgent: boolean;
}

type Names = Pick<SshSettings, 'alias' | 'host' | 'port' | 'user'>;

/** How paths of the configuration are meant. */
const pathsOf =
  (tokens: Tokens, where: SshHome) =>
  (keyword: string, text: string, raw = false): string => {
    const named = withHome(text, where.home);
    const full = raw ? named : expand(named, tokens, keyword, where.env);
    return isAbsolute(full) ? full : join(where.home, '.ssh', full);
  };

function agentSocket(
  value: string | undefined,
  path: (text: string) => string,
  where: SshHome,
): string | null {
  if (value?.toLowerCase() === 'none') return null;
  if (value !== undefined && value !== 'SSH_AUTH_SOCK') {
    // The older form of naming a variable.
    const named = /^\$(\w+)$/.exec(value)?.[1];
    return named === undefined ? path(value) : (where.env[named] ?? null);
  }
  return where.env['SSH_AUTH_SOCK'] ?? (where.platform === 'win32' ? '\\\\.\\pipe\\openssh-ssh-agent' : null);
}

function settingsFor(wish: Wish, values: Values, where: SshHome, jumps: readonly SshSettings[]): SshSettings {
  const first = (keyword: string): string | undefined => values.get(keyword)?.[0];
  const names: Names = {
    alias: wish.alias,
    host: hostName(values, wish.alias),
    port: Number(first('port') ?? 22),
    user: first('user') ?? where.user,
  };
  const keyAlias = first('hostkeyalias')?.toLowerCase() ?? null;
  const tokens = tokensOf({ ...names, keyAlias, jump: jumps.at(-1)?.alias ?? '' }, where);
  const path = pathsOf(tokens, where);
  const chosen = wish.identityFile === null ? [] : [path('IdentityFile', wish.identityFile, true)];
  const listed = values.get('identityfile') ?? defaultKeys.map((name) => `~/.ssh/${name}`);
  const configured = listed
    .filter((file) => file.toLowerCase() !== 'none')
    .map((file) => path('IdentityFile', file));
  const known = (keyword: string, usual: readonly string[], raw: boolean): string[] =>
    (values.get(keyword) ?? usual)
      .filter((file) => file !== '' && file.toLowerCase() !== 'none')
      .map((file) => path(keyword, file, raw));
  const strict = first('stricthostkeychecking')?.toLowerCase() ?? 'ask';
  return {
    ...names,
    identityFiles: [
      ...chosen.map((file) => ({ path: file, explicit: true })),
      ...[...new Set(configured)]
        .filter((file) => !chosen.includes(file))
        .map((file) => ({ path: file, explicit: false })),
    ].slice(0, 16),
    identitiesOnly: isYes(first('identitiesonly')),
    agent: wish.useAgent
      ? agentSocket(first('identityagent'), (text) => path('IdentityAgent', text), where)
      : null,
    knownHostsFiles: [
      ...(wish.knownHostsFile === null ? [] : [path('', wish.knownHostsFile, true)]),
      ...known('userknownhostsfile', ['~/.ssh/known_hosts', '~/.ssh/known_hosts2'], false),
      ...known('globalknownhostsfile', ['/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2'], true),
    ],
    hostKeyAlias: keyAlias,
    unknownKeys: isYes(strict) ? 'refuse' : strict === 'ask' ? 'ask' : 'accept',
    proxyCommand: jumps.length > 0 ? null : proxyCommand(names, keyAlias, values),
    jumps,
  };
}

/** The command that makes the connection, with its tokens put in. */
function proxyCommand(
  { alias, host, port, user }: Names,
  keyAlias: string | null,
  values: Values,
): string | null {
  const command = values.get('proxycommand')?.[0];
  if (command === undefined || command.toLowerCase() === 'none') return null;
  if (isYes(values.get('proxyusefdpass')?.[0])) {
    throw new ConnectError(
      'name',
      true,
      `Your ssh configuration reaches ${alias} by a ProxyCommand that hands over a connection (ProxyUseFdpass), which Domus does not take.`,
      'Use a ProxyCommand that carries the data itself (nc %h %p), or a jump host (ProxyJump).',
      'ERROR_NI',
    );
  }
  const tokens = { h: host, k: keyAlias ?? alias, n: alias, p: String(port), r: user };
  return expand(command, tokens, 'ProxyCommand');
}

/** Names that others gave must not become parts of a command (as ssh since 9.6). */
function refuseInCommands({ alias, user }: Hop): void {
  const wrong = [alias, user ?? ''].find((word) => !harmless(word));
  if (wrong === undefined) return;
  throw configProblem(
    alias,
    `"${wrong}" would stand in a command of it, and has letters that mean something to a shell`,
  );
}

/**
 * How to reach what a draft describes. Reads the ssh configuration unless the draft says not to; commands that stand there
 * (`Match exec`) are run, and none of what a draft says is one. Rejects with ConnectError or the signal's reason.
 */
export async function resolveSettings(
  draft: HostDraft,
  where: SshHome = sshHome(),
  signal?: AbortSignal,
): Promise<SshSettings> {
  const files = draft.useSshConfig ? await readSshConfig(where) : [];
  const hop = async (wish: Wish, jump: string | null, depth: number): Promise<SshSettings> => {
    const runs: Runs = (command, line) => {
      refuseInCommands(wish);
      return succeeds(command, line, where, signal);
    };
    const values = await evaluate(files, { ...wish, jump }, where, runs);
    const hops = parseHops(values.get('proxyjump')?.[0] ?? 'none');
    if (hops.length + depth > maxJumps) {
      throw configProblem(wish.alias, 'its jump hosts lead in a circle, or are too many');
    }
    const jumps: SshSettings[] = [];
    for (const [index, each] of hops.entries()) {
      const next = { ...each, identityFile: null, knownHostsFile: null, useAgent: wish.useAgent };
      // Only the first hop is reached by what its own configuration says; the others through the one before.
      const reached = await hop(next, index === 0 ? null : 'none', depth + hops.length);
      jumps.push(...reached.jumps, { ...reached, jumps: [] });
    }
    const settings = settingsFor(wish, values, where, jumps);
    if (settings.proxyCommand !== null) refuseInCommands(wish);
    return settings;
  };
  const { address: alias, port, user, identityFile, knownHostsFile, useAgent, jump } = draft;
  return hop({ alias, port, user, identityFile, knownHostsFile, useAgent }, jump, 0);
}

/** Hosts of the configuration that a person can choose: no patterns. No command of it is run for that. */
export async function sshAliases(where: SshHome = sshHome()): Promise<{ alias: string; summary: string }[]> {
  const files = await readSshConfig(where).catch(() => []);
  const wish = { port: null, user: null, identityFile: null, knownHostsFile: null, useAgent: false };
  const found: { alias: string; summary: string }[] = [];
  for (const alias of [...new Set(files.flatMap(namesIn))].slice(0, 500)) {
    try {
      const values = await evaluate(files, { ...wish, alias, jump: 'none' }, where, async () => false);
      const { host, port, user } = settingsFor({ ...wish, alias }, values, where, []);
      found.push({ alias, summary: `${user}@${host}${port === 22 ? '' : `:${port}`}`.slice(0, 400) });
    } catch {
      // What is the matter with it is told when it is connected.
      found.push({ alias, summary: '' });
    }
  }
  return found;
}

const namesIn = (entries: readonly Entry[]): string[] =>
  entries.flatMap((entry) => {
    if ('include' in entry) return entry.include.flatMap(namesIn);
    return entry.keyword === 'host' ? entry.words.filter((word) => /^[A-Za-z0-9_.:-]+$/.test(word)) : [];
  });
