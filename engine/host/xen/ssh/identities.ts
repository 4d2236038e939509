import { open, readFile } from 'node:fs/promises';
import ssh2, {
  type IdentityCallback,
  type ParsedKey,
  type SignCallback,
  type SigningRequestOptions,
} from 'ssh2';
import { readKeyFile } from './key-file.ts';
import type { SshSettings } from './settings.ts';
import type { Signer } from './signing.ts';

/** Asks for the passphrase of a key file; `again`: the one before was wrong. null: the person will not say. */
export type AskPassphrase = (path: string, again: boolean) => Promise<string | null>;

/** What was found when looking for keys, for the doctor. */
export interface IdentityNote {
  readonly source: string;
  readonly problem: string | null;
}

interface Identity {
  readonly publicKey: ParsedKey;
  sign(data: Buffer, options: SigningRequestOptions): Promise<Buffer>;
}

const maxKeyBytes = 64 * 1024;
const tries = 3;

async function readBounded(path: string): Promise<string> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    if (size > maxKeyBytes) throw new Error('it is too large for a key');
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

function parsePublic(text: string): ParsedKey | null {
  const [key] = [ssh2.utils.parseKey(text) as ParsedKey | ParsedKey[] | Error].flat();
  return key instanceof Error || key === undefined ? null : key;
}

const sameKey = (a: ParsedKey, b: ParsedKey): boolean => a.getPublicSSH().equals(b.getPublicSSH());

/**
 * All keys a person has for one host, offered as one agent: those of files, of which a passphrase is asked only when the
 * server would take the key, and those of the real agent.
 */
export class Identities extends ssh2.BaseAgent<ParsedKey> {
  readonly notes: IdentityNote[] = [];
  /** Keys that were offered to the server. */
  offered = 0;
  readonly #settings: SshSettings;
  readonly #signer: Signer;
  readonly #ask: AskPassphrase;
  #identities: Identity[] = [];

  constructor(settings: SshSettings, signer: Signer, ask: AskPassphrase) {
    super();
    this.#settings = settings;
    this.#signer = signer;
    this.#ask = ask;
  }

  override getIdentities(callback: IdentityCallback<ParsedKey>): void {
    this.#gather().then(
      (identities) => {
        this.#identities = identities;
        this.offered = identities.length;
        callback(
          null,
          identities.map(({ publicKey }) => publicKey),
        );
      },
      (error: unknown) => callback(error instanceof Error ? error : new Error(String(error))),
    );
  }

  override sign(
    key: ParsedKey | Buffer | string,
    data: Buffer,
    options: SigningRequestOptions | SignCallback,
    callback?: SignCallback,
  ): void {
    const done = typeof options === 'function' ? options : callback;
    const identity = this.#identities.find(({ publicKey }) => sameKey(publicKey, key as ParsedKey));
    if (!done) return;
    if (!identity) return done(new Error('This key is not here any more'));
    identity.sign(data, typeof options === 'function' ? {} : options).then(
      (signature) => done(null, signature),
      (error: unknown) => done(error instanceof Error ? error : new Error(String(error))),
    );
  }

  async #gather(): Promise<Identity[]> {
    const { identityFiles, identitiesOnly } = this.#settings;
    const files = (
      await Promise.all(identityFiles.map((file) => this.#fromFile(file.path, file.explicit)))
    ).map((identity, index) => ({ identity, explicit: identityFiles[index]?.explicit ?? false }));
    const agent = await this.#fromAgent();
    const wanted = identitiesOnly
      ? agent.filter(({ publicKey }) =>
          files.some(({ identity }) => identity && sameKey(identity.publicKey, publicKey)),
        )
      : agent;
    const all = [
      ...files.filter(({ explicit }) => explicit).map(({ identity }) => identity),
      ...wanted,
      ...files.filter(({ explicit }) => !explicit).map(({ identity }) => identity),
    ];
    return unique(all.filter((identity) => identity !== null));
  }

  async #fromFile(path: string, explicit: boolean): Promise<Identity | null> {
    let text: string;
    try {
      text = await readBounded(path);
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      if (explicit || !problem.includes('ENOENT')) this.notes.push({ source: path, problem });
      return null;
    }
    const file = readKeyFile(text);
    if (!file) {
      this.notes.push({ source: path, problem: 'it is no private key' });
      return null;
    }
    const publicKey = await this.#publicKey(path, text, file.publicKey);
    if (!publicKey) {
      const problem = file.encrypted
        ? 'it is encrypted and of an old format, and its public half (.pub) is not beside it'
        : 'it is a kind of key that is not known here';
      this.notes.push({ source: path, problem });
      return null;
    }
    this.notes.push({ source: path, problem: null });
    return {
      publicKey,
      sign: (data, options) => this.#signWithFile(path, text, file.encrypted, data, options),
    };
  }

  /** From the file itself, else from the `.pub` beside it, else by unlocking it. */
  async #publicKey(path: string, text: string, own: string | null): Promise<ParsedKey | null> {
    if (own !== null) return parsePublic(own);
    const beside = await readFile(`${path}.pub`, 'utf8').catch(() => '');
    const known = beside === '' ? null : parsePublic(beside);
    if (known) return known;
    const answer = await this.#signer({ key: { text, passphrase: null }, data: null, hash: undefined });
    return answer.ok ? parsePublic(answer.publicKey) : null;
  }

  async #signWithFile(
    path: string,
    text: string,
    encrypted: boolean,
    data: Buffer,
    { hash }: SigningRequestOptions,
  ): Promise<Buffer> {
    for (let tried = 0; tried < tries; tried += 1) {
      const passphrase = encrypted ? await this.#ask(path, tried > 0) : null;
      if (encrypted && passphrase === null) break;
      const answer = await this.#signer({ key: { text, passphrase }, data, hash });
      if (answer.ok && answer.signature) return Buffer.from(answer.signature);
      if (!answer.ok && answer.why === 'unusable') throw new Error(`${path}: ${answer.detail}`);
    }
    this.notes.push({ source: path, problem: 'its passphrase was not given' });
    throw new Error(`The passphrase of ${path} was not given`);
  }

  async #fromAgent(): Promise<Identity[]> {
    const { agent: socket } = this.#settings;
    if (socket === null) return [];
    const agent = new ssh2.OpenSSHAgent(socket);
    const keys = await new Promise<ParsedKey[]>((resolve) => {
      agent.getIdentities((error, found) => {
        const problem = error ? error.message : null;
        this.notes.push({ source: `the agent at ${socket}`, problem });
        resolve((found ?? []).map((key) => asParsed(key)).filter((key) => key !== null));
      });
    });
    return keys.map((publicKey) => ({
      publicKey,
      sign: (data, options) =>
        new Promise<Buffer>((resolve, reject) => {
          agent.sign(publicKey, data, options, (error, signature) => {
            if (error || !signature) reject(error ?? new Error('The agent did not sign'));
            else resolve(signature);
          });
        }),
    }));
  }
}

function asParsed(key: unknown): ParsedKey | null {
  if (typeof key === 'string' || Buffer.isBuffer(key)) return parsePublic(key.toString());
  return typeof key === 'object' && key !== null && 'getPublicSSH' in key ? (key as ParsedKey) : null;
}

const unique = (identities: readonly Identity[]): Identity[] =>
  identities.filter(
    ({ publicKey }, index) => identities.findIndex((other) => sameKey(other.publicKey, publicKey)) === index,
  );
