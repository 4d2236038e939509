import { randomBytes } from 'node:crypto';
import { PassThrough } from 'node:stream';
import { DomusError } from '../../../api/index.ts';
import { quoteAll } from './quote.ts';
import { clean, decode } from './text.ts';
import type { Process, TerminalSize, Transport } from './transport.ts';

/** How commands become root's. */
export interface Sudo {
  spawn(transport: Transport, words: readonly string[], terminal?: TerminalSize): Promise<Process>;
}

/** Whoever logs in may do everything. */
export const noSudo: Sudo = {
  spawn: (transport, words, terminal) => transport.spawn(`exec ${quoteAll(words)}`, terminal),
};

/** Asks the person; null: they will not say. `again`: the one before was wrong. */
export type AskPassword = (again: boolean) => Promise<string | null>;

/**
 * sudo without a password where it needs none; else the password goes to its stdin when, and only when, it asks: a prompt
 * of our own that nothing else can know. What the command itself reads comes after a mark that only the command prints, so
 * that it can never take the password for its input, nor sudo the input for a password.
 */
export class SudoWithPassword implements Sudo {
  readonly #ask: AskPassword;
  /** Shared by all commands that wait for it. */
  #password: Promise<string | null> | null = null;

  constructor(ask: AskPassword) {
    this.#ask = ask;
  }

  async spawn(transport: Transport, words: readonly string[], terminal?: TerminalSize): Promise<Process> {
    const token = randomBytes(12).toString('hex');
    const prompt = `ask-${token}:`;
    const mark = `begun-${token}`;
    const sudo = ['sudo', '-S', '-p', prompt, '--', '/bin/sh', '-c'];
    if (terminal) {
      const inner = `stty echo; echo ${mark}; exec "$@"`;
      const line = `stty -echo; exec ${quoteAll([...sudo, inner, 'sh', ...words])}`;
      return this.#converse(await transport.spawn(line, terminal), 'stdout', prompt, mark);
    }
    const inner = `echo ${mark} >&2; exec "$@"`;
    const process = await transport.spawn(`exec ${quoteAll([...sudo, inner, 'sh', ...words])}`);
    return this.#converse(process, 'stderr', prompt, mark);
  }

  async #answer(wrong: Promise<string | null> | null): Promise<string | null> {
    if (this.#password === wrong) this.#password = null;
    this.#password ??= this.#ask(wrong !== null).catch(() => null);
    return this.#password;
  }

  #converse(process: Process, where: 'stdout' | 'stderr', prompt: string, mark: string): Promise<Process> {
    return new Promise((resolve, reject) => {
      const rest = new PassThrough();
      const stream = process[where];
      // It ends only when all of its output is read, and sudo's refusal is the end.
      const other = process[where === 'stderr' ? 'stdout' : 'stderr'].pipe(new PassThrough());
      let said = '';
      let given: Promise<string | null> | null = null;
      let settled = false;
      const onChunk = (chunk: Uint8Array): void => {
        said += decode(chunk);
        const begun = new RegExp(`${mark}\\r?\\n`).exec(said);
        if (begun) return go(said.slice(begun.index + begun[0].length));
        if (said.length > maxSaid) return fail(said);
        if (!said.includes(prompt)) return;
        said = said.replace(prompt, '');
        void answer();
      };
      const answer = async (): Promise<void> => {
        const wanted = this.#answer(given);
        given = this.#password;
        const password = await wanted;
        if (password === null) fail('no password was given');
        else if (!settled) process.stdin.write(`${password}\n`);
      };
      const go = (further: string): void => {
        settled = true;
        stream.off('data', onChunk);
        if (further !== '') rest.write(further);
        stream.pipe(rest);
        const [stdout, stderr] = where === 'stderr' ? [other, rest] : [rest, other];
        resolve({
          stdin: process.stdin,
          stdout,
          stderr,
          ended: Promise.all([process.ended, over(stdout), over(stderr)]).then(([ending]) => ending),
          resize: (size) => process.resize(size),
          kill() {
            process.kill();
            for (const each of [other, rest]) each.destroy();
          },
        });
      };
      const fail = (why: string): void => {
        if (settled) return;
        settled = true;
        process.kill();
        reject(sudoRefusal(why));
      };
      stream.on('data', onChunk);
      process.stdin.on('error', () => undefined);
      void process.ended.then(() => fail(said));
    });
  }
}

const maxSaid = 64 * 1024;

/** Resolves when a stream was read to its end, or is not read any more. */
const over = (stream: PassThrough): Promise<void> =>
  new Promise((resolve) => {
    stream.once('end', resolve);
    stream.once('close', resolve);
  });

const refusals: readonly (readonly [RegExp, string, string])[] = [
  [
    /command not found|not found|No such file/i,
    'sudo is not installed on the host',
    'Log in as root, or install sudo there.',
  ],
  [
    /not in the sudoers file|is not allowed to (run|execute)/i,
    'This user may not use sudo for this',
    'As root on the host: add the user to the group sudo (or wheel), or allow it in /etc/sudoers.d.',
  ],
  [
    /must have a tty|requiretty/i,
    'sudo on the host insists on a terminal',
    'As root on the host: add "Defaults:USER !requiretty" to /etc/sudoers.d.',
  ],
  [
    /incorrect password|try again|no password was given|password is required/i,
    'sudo was not given the right password',
    'Connect again and give the password of the user on the host.',
  ],
];

/** What sudo said, as an error: ERROR_INVAL. */
export function sudoRefusal(said: string): DomusError {
  const known = refusals.find(([pattern]) => pattern.test(said));
  const words = clean(said, 300);
  const quoted = words === '' ? '' : ` (${words})`;
  if (!known) {
    return new DomusError('ERROR_INVAL', `sudo refused on the host${quoted}.`, {
      fix: 'Try the same with sudo in a terminal on the host.',
    });
  }
  const [, what, fix] = known;
  return new DomusError('ERROR_INVAL', `${what}${quoted}.`, { fix });
}
