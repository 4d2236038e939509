import { readdir, readFile } from 'node:fs/promises';
import { homedir, userInfo } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import SSHConfig, { glob, LineType } from 'ssh-config';
import type { HostDraft } from '../../../api/index.ts';
import { ConnectError } from '../link/steps.ts';

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
  /** The name its key is known by instead of its address; null: the address. */
  readonly hostKeyAlias: string | null;
  /** `ask`: an unknown key is shown to the person. */
  readonly unknownKeys: 'ask' | 'accept' | 'refuse';
  /** The computers in between, first hop first. */
  readonly jumps: readonly SshSettings[];
}

/** Where a person's ssh keeps its things, and who they are. */
export interface SshHome {
  readonly home: string;
  readonly user: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
}

const maxFiles = 64;
const maxDepth = 8;
const maxJumps = 8;

export function sshHome(): SshHome {
  const name = (): string => {
    try {
      return userInfo().username;
    } catch {
      return process.env['USER'] ?? 'root';
    }
  };
  return { home: homedir(), user: name(), env: process.env, platform: process.platform };
}

/** `~`, and what is relative to ~/.ssh. */
function absolute(path: string, { home }: SshHome): string {
  const full = path === '~' || path.startsWith('~/') ? join(home, path.slice(1)) : path;
  return isAbsolute(full) ? full : join(home, '.ssh', full);
}

/** Files that an Include names; of a pattern those that match, by name. */
async function included(pattern: string, where: SshHome): Promise<string[]> {
  const path = absolute(pattern, where);
  if (!/[*?[]/.test(path)) return [path];
  const directory = dirname(path);
  const names = await readdir(directory).catch(() => []);
  return names
    .sort()
    .map((name) => join(directory, name))
    .filter((file) => glob(path, file));
}

/** The text of a configuration file with its Includes put in. A file that cannot be read is empty, as for ssh. */
async function readConfig(path: string, where: SshHome, depth = 0, seen = { files: 0 }): Promise<string> {
  seen.files += 1;
  if (depth > maxDepth || seen.files > maxFiles) return '';
  const text = await readFile(path, 'utf8').catch(() => '');
  const lines: string[] = [];
  for (const line of text.split('\n')) {
    const match = /^\s*include(?:\s+|\s*=\s*)(.*)$/i.exec(line);
    if (!match) {
      // It would look names up in processes of its own, in the middle of everything.
      if (!/^\s*canonicalizehostname\b/i.test(line)) lines.push(line);
      continue;
    }
    for (const word of (match[1] ?? '').match(/"[^"]*"|\S+/g) ?? []) {
      for (const file of await included(word.replaceAll('"', ''), where)) {
        lines.push(await readConfig(file, where, depth + 1, seen));
      }
    }
  }
  return lines.join('\n');
}

/** The person's configuration, then the system's, as one text: of two values the first counts. */
export async function readSshConfig(where: SshHome): Promise<string> {
  const own = await readConfig(join(where.home, '.ssh', 'config'), where);
  const system = where.platform === 'win32' ? '' : await readConfig('/etc/ssh/ssh_config', where);
  // A section of the first must not swallow what stands before the sections of the second.
  return system === '' ? own : `${own}\nHost *\n${system}`;
}

type Values = Readonly<Record<string, unknown>>;

/** What the text says of one alias; no command of it is run (`Match exec` counts as no). */
function valuesFor(text: string, alias: string): Values {
  try {
    const config = SSHConfig.parse(text);
    return config.compute(alias, { ignoreCase: true, matchExec: false });
  } catch {
    return {};
  }
}

const first = (value: unknown): string | null => {
  const one: unknown = Array.isArray(value) ? value[0] : value;
  return typeof one === 'string' && one !== '' ? one : null;
};
const all = (value: unknown): string[] =>
  (Array.isArray(value) ? value : [value]).filter((one): one is string => typeof one === 'string');

const defaultKeys = ['id_ed25519', 'id_ecdsa', 'id_rsa'];

function expand(
  text: string,
  parts: { host: string; port: number; user: string; alias: string },
  where: SshHome,
): string {
  const tokens: Readonly<Record<string, string>> = {
    '%': '%',
    h: parts.host,
    n: parts.alias,
    p: String(parts.port),
    r: parts.user,
    u: where.user,
    d: where.home,
  };
  return text
    .replace(/%([%hnprud])/g, (_, letter: string) => tokens[letter] ?? '')
    .replace(/\$\{(\w+)\}/g, (_, name: string) => where.env[name] ?? '');
}

function agentSocket(value: string | null, where: SshHome): string | null {
  if (value?.toLowerCase() === 'none') return null;
  if (value !== null && value !== 'SSH_AUTH_SOCK') {
    return value.startsWith('$') ? (where.env[value.slice(1)] ?? null) : absolute(value, where);
  }
  return where.env['SSH_AUTH_SOCK'] ?? (where.platform === 'win32' ? '\\\\.\\pipe\\openssh-ssh-agent' : null);
}

/** Commands that make the connection are not run: say so rather than try another way. */
function refuseProxyCommand(alias: string, values: Values): void {
  const command = first(values['proxycommand']);
  if (command === null || command.toLowerCase() === 'none') return;
  throw new ConnectError(
    'name',
    true,
    `Your ssh configuration reaches ${alias} through a ProxyCommand, and Domus runs none.`,
    'Give the host a jump host (ProxyJump), or do not use the ssh configuration for it.',
    'ERROR_NI',
  );
}

interface Wish {
  readonly alias: string;
  readonly port: number | null;
  readonly user: string | null;
  readonly identityFile: string | null;
  /** Looked at before the usual ones. */
  readonly knownHostsFile: string | null;
  readonly useAgent: boolean;
}

function settingsFor(wish: Wish, values: Values, where: SshHome, jumps: readonly SshSettings[]): SshSettings {
  const port = wish.port ?? (Number(first(values['port'])) || 22);
  const user = wish.user ?? first(values['user']) ?? where.user;
  const host = (first(values['hostname']) ?? wish.alias).replaceAll('%h', wish.alias);
  const parts = { host, port, user, alias: wish.alias };
  const path = (text: string): string => absolute(expand(text, parts, where), where);
  const chosen = wish.identityFile === null ? [] : [path(wish.identityFile)];
  const configured = all(values['identityfile'])
    .filter((file) => file.toLowerCase() !== 'none')
    .map(path);
  const usual = configured.length > 0 ? [] : defaultKeys.map((name) => join(where.home, '.ssh', name));
  const identityFiles = [
    ...chosen.map((file) => ({ path: file, explicit: true })),
    ...[...configured, ...usual]
      .filter((file) => !chosen.includes(file))
      .map((file) => ({ path: file, explicit: false })),
  ];
  const strict = first(values['stricthostkeychecking'])?.toLowerCase();
  const userFiles = all(values['userknownhostsfile']).flatMap((line) => line.split(/\s+/));
  const systemFiles = all(values['globalknownhostsfile']).flatMap((line) => line.split(/\s+/));
  const own = userFiles.length > 0 ? userFiles : ['~/.ssh/known_hosts', '~/.ssh/known_hosts2'];
  const system = systemFiles.length > 0 ? systemFiles : ['/etc/ssh/ssh_known_hosts'];
  return {
    ...parts,
    identityFiles: identityFiles.slice(0, 16),
    identitiesOnly: first(values['identitiesonly'])?.toLowerCase() === 'yes',
    agent: wish.useAgent ? agentSocket(first(values['identityagent']), where) : null,
    knownHostsFiles: [...(wish.knownHostsFile === null ? [] : [wish.knownHostsFile]), ...own, ...system]
      .filter((file) => file !== '' && file !== 'none')
      .map(path),
    hostKeyAlias: first(values['hostkeyalias']),
    unknownKeys:
      strict === 'yes' ? 'refuse' : ['accept-new', 'no', 'off'].includes(strict ?? '') ? 'accept' : 'ask',
    jumps,
  };
}

/** `user@host:port`, the host perhaps in brackets. */
export function parseHop(text: string): { alias: string; user: string | null; port: number | null } {
  const match = /^(?:ssh:\/\/)?(?:([^@]+)@)?(?:\[([^\]]+)\]|([^:]+|[^:]*:[^:]*:.*))(?::(\d{1,5}))?$/.exec(
    text.trim(),
  );
  const [, user = null, bracketed, plain, port] = match ?? [];
  return { alias: bracketed ?? plain ?? text, user, port: port === undefined ? null : Number(port) };
}

/** How to reach what a draft describes. Reads the ssh configuration unless the draft says not to. */
export async function resolveSettings(draft: HostDraft, where: SshHome = sshHome()): Promise<SshSettings> {
  const text = draft.useSshConfig ? await readSshConfig(where) : '';
  const hop = (wish: Wish, jump: string | null, depth: number): SshSettings => {
    const values = valuesFor(text, wish.alias);
    const via = jump ?? first(values['proxyjump']);
    const hops = via === null || via.toLowerCase() === 'none' ? [] : via.split(',').slice(0, maxJumps);
    if (hops.length === 0) refuseProxyCommand(wish.alias, values);
    const jumps: SshSettings[] = [];
    for (const [index, each] of hops.entries()) {
      const next = { ...parseHop(each), identityFile: null, knownHostsFile: null, useAgent: wish.useAgent };
      // Only the first hop is reached by what its own configuration says; the others through the one before.
      const reached = hop(next, index === 0 && depth < maxJumps ? null : 'none', depth + 1);
      jumps.push(...reached.jumps, { ...reached, jumps: [] });
    }
    return settingsFor(wish, values, where, jumps.slice(0, maxJumps));
  };
  const { address: alias, port, user, identityFile, knownHostsFile, useAgent, jump } = draft;
  return hop({ alias, port, user, identityFile, knownHostsFile, useAgent }, jump, 0);
}

/** Hosts of the configuration that a person can choose: no patterns. */
export async function sshAliases(where: SshHome = sshHome()): Promise<{ alias: string; summary: string }[]> {
  const text = await readSshConfig(where);
  const names = new Set<string>();
  try {
    for (const line of SSHConfig.parse(text)) {
      if (line.type !== LineType.DIRECTIVE || line.param.toLowerCase() !== 'host') continue;
      const { value } = line;
      const words = typeof value === 'string' ? [value] : value.map(({ val }) => val);
      for (const word of words) if (/^[A-Za-z0-9_.:-]+$/.test(word)) names.add(word);
    }
  } catch {
    return [];
  }
  return [...names].slice(0, 500).map((alias) => {
    const { host, port, user } = settingsFor(
      { alias, port: null, user: null, identityFile: null, knownHostsFile: null, useAgent: false },
      valuesFor(text, alias),
      where,
      [],
    );
    return { alias, summary: `${user}@${host}${port === 22 ? '' : `:${port}`}`.slice(0, 400) };
  });
}
