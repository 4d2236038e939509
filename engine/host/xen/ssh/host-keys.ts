import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname } from 'node:path';
import type { Ask } from '../link/question.ts';
import { ConnectError } from '../link/steps.ts';
import {
  fingerprint,
  judge,
  type KnownKey,
  keyType,
  knownHostsLine,
  knownName,
  knownTypes,
  parseKnownHosts,
} from './known-hosts.ts';
import type { SshSettings } from './settings.ts';

const maxFileBytes = 8 * 1024 * 1024;

async function readKeys(path: string): Promise<KnownKey[]> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const home = homedir();
  const shown = path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
  return text.length > maxFileBytes ? [] : parseKnownHosts(text, shown);
}

/** Where keys are looked for and accepted ones are kept: the person's known_hosts are read, our own file is written. */
export interface HostKeyFile {
  readonly path: string | null;
  /** False: it is read, and nothing is added to it (the doctor). */
  readonly keep: boolean;
}

const readableTypes: Readonly<Record<string, string>> = {
  'ssh-ed25519': 'ED25519',
  'ssh-rsa': 'RSA',
  'ssh-dss': 'DSA',
};
const readable = (type: string): string =>
  readableTypes[type] ?? (type.startsWith('ecdsa-') ? 'ECDSA' : type);

/** Says whether the key a host shows may be trusted. */
export class HostKeys {
  readonly #settings: SshSettings;
  readonly #own: HostKeyFile;
  readonly #ask: Ask;
  readonly #name: string;
  #keys: KnownKey[] = [];
  /** What was seen, as a sentence. */
  saw = '';

  constructor(settings: SshSettings, own: HostKeyFile, ask: Ask) {
    this.#settings = settings;
    this.#own = own;
    this.#ask = ask;
    this.#name = settings.hostKeyAlias ?? knownName(settings.host, settings.port);
  }

  /** Reads the files; the kinds of keys to ask the host for first. */
  async load(): Promise<string[]> {
    const paths = [...this.#settings.knownHostsFiles, ...(this.#own.path === null ? [] : [this.#own.path])];
    this.#keys = (await Promise.all(paths.map(readKeys))).flat();
    return knownTypes(this.#keys, this.#name);
  }

  /** Resolves when the key may be trusted; rejects with ConnectError. */
  async check(key: Uint8Array): Promise<void> {
    const type = keyType(key);
    const shown = `${readable(type)} ${fingerprint(key)}`;
    const verdict = judge(this.#keys, this.#name, key);
    switch (verdict.state) {
      case 'known':
        this.saw = `Its key is the known one: ${shown}.`;
        return;
      case 'revoked':
        throw revoked(this.#name, shown, verdict.by);
      case 'changed':
        throw changed(this.#name, shown, verdict.expected);
      case 'unknown':
        await this.#unknown(key, shown, verdict.others);
    }
  }

  async #unknown(key: Uint8Array, shown: string, others: readonly KnownKey[]): Promise<void> {
    const { unknownKeys } = this.#settings;
    if (unknownKeys === 'refuse') {
      throw new ConnectError(
        'hostKey',
        true,
        `The key of ${this.#name} is not known (${shown}), and your ssh configuration says StrictHostKeyChecking yes.`,
        `Compare it with the host's own (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub there), then add it: ssh-keyscan ${this.#settings.host} >> ~/.ssh/known_hosts`,
      );
    }
    if (unknownKeys === 'ask' && !(await this.#accepted(key, shown, others))) {
      throw new ConnectError(
        'hostKey',
        true,
        `The key of ${this.#name} was not accepted (${shown}).`,
        'Connect again and accept it when it is the right one.',
      );
    }
    this.saw = `Its key was not known before and is accepted: ${shown}.`;
    if (this.#own.path !== null && this.#own.keep) await this.#remember(this.#own.path, key);
  }

  async #accepted(key: Uint8Array, shown: string, others: readonly KnownKey[]): Promise<boolean> {
    const doubt =
      others.length === 0
        ? ''
        : ` Other keys of it are known (${readable(others[0]?.type ?? '')}, ${others[0]?.where ?? ''}): be careful.`;
    const print = fingerprint(key);
    const answer = await this.#ask({
      key: `host-key:${this.#name}:${print}`,
      kind: 'host-key',
      message: `${this.#name} is not known yet. It shows the key ${shown}. Is that the right one?${doubt}`,
      fields: [],
      hostKey: {
        host: this.#name.slice(0, 300),
        type: readable(keyType(key)).slice(0, 64),
        fingerprint: print,
      },
      again: false,
      keep: false,
    });
    return answer !== null;
  }

  async #remember(path: string, key: Uint8Array): Promise<void> {
    await mkdir(dirname(path), { recursive: true });
    await appendFile(path, knownHostsLine(this.#name, key), { mode: 0o600 });
  }
}

function changed(name: string, shown: string, expected: KnownKey): ConnectError {
  return new ConnectError(
    'hostKey',
    true,
    `The key of ${name} has changed. It shows ${shown}, but known is ${readable(expected.type)} ${fingerprint(expected.key)} (${expected.where}). Either the host was installed anew, or somebody else answers in its place. Nothing was sent to it.`,
    `If the change is right: delete the line ${expected.where} (ssh-keygen -R "${name}"${expected.where.startsWith('~/.ssh/known_hosts:') ? '' : ` -f ${expected.where.replace(/:\d+$/, '')}`}) and connect again.`,
  );
}

function revoked(name: string, shown: string, by: KnownKey): ConnectError {
  return new ConnectError(
    'hostKey',
    true,
    `The key that ${name} shows (${shown}) is marked as revoked (${by.where}).`,
    'Give the host a new key; do not use this one.',
  );
}
