import { Duplex } from 'node:stream';
import { abortReason } from '../../../lib/abort.ts';
import { ConnectError, type Steps } from '../link/steps.ts';
import { graceMs } from '../shell/local-process.ts';
import { asError, clean, decode } from '../shell/text.ts';
import type { Ending, Process } from '../shell/transport.ts';
import type { SshHome } from './home.ts';
import type { SshSettings } from './settings.ts';
import { startCommand } from './shell-command.ts';

/** As long as people may let one wake a computer up first. */
const firstWordMs = 120_000;
const keptStderr = 2000;

/** A connection whose other side is a program of this computer. Its end is the program's. */
class CommandStream extends Duplex {
  bytesRead = 0;
  bytesWritten = 0;
  ending: Ending | null = null;
  readonly #process: Process;
  #stderr = '';

  constructor(process: Process) {
    super();
    this.#process = process;
    process.stderr.on('data', (chunk: Uint8Array) => {
      this.#stderr = (this.#stderr + decode(chunk)).slice(-keptStderr);
    });
    process.stdout.on('data', (chunk: Uint8Array) => {
      this.bytesRead += chunk.length;
      if (!this.push(chunk)) process.stdout.pause();
    });
    process.stdin.on('error', () => undefined);
    // What it says last comes after its output; but who only closes it is not waited for.
    process.stdout.on('end', () => this.#over(graceMs));
    void process.ended.then((ending) => {
      this.ending = ending;
      this.#over(0);
    });
  }

  /** What it said last, for people; '' when it said nothing. */
  get said(): string {
    return clean(this.#stderr.trim().split('\n').slice(-6).join(' '), 500);
  }

  override _read(): void {
    this.#process.stdout.resume();
  }

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.bytesWritten += chunk.length;
    this.#process.stdin.write(chunk, () => done());
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#process.stdin.end();
    this.#over(graceMs);
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#process.kill();
    done(error);
  }

  #over(afterMs: number): void {
    const end = (): void => void this.destroy(new Error(`the ProxyCommand ${howItEnded(this)}`));
    if (afterMs === 0) end();
    else setTimeout(end, afterMs).unref();
  }
}

function howItEnded({ ending, said }: CommandStream): string {
  const { code, signal } = ending ?? { code: null, signal: null };
  const how =
    code !== null ? `ended with exit code ${code}` : signal !== null ? `died of ${signal}` : 'ended';
  return `${how}${said === '' ? '' : `: ${said}`}`;
}

/**
 * A connection through the ProxyCommand of the person's ssh configuration: there when the other side says its first word.
 * Rejects with ConnectError or the signal's reason, and the command has ended then.
 */
export async function reachThrough(
  settings: SshSettings & { readonly proxyCommand: string },
  home: SshHome,
  steps: Steps,
  signal?: AbortSignal,
): Promise<Duplex> {
  const { proxyCommand: command, host } = settings;
  steps.begin('name');
  steps.saw(`How ${host} is found is a matter of the ProxyCommand in your ssh configuration.`);
  steps.begin('port');
  signal?.throwIfAborted();
  const line = home.platform === 'win32' ? command : `exec ${command}`;
  const stream = new CommandStream(await startCommand(line, home));
  await firstWord(stream, settings, signal);
  steps.saw(`The ProxyCommand reaches it: ${clean(command, 300)}`);
  return stream;
}

function firstWord(
  stream: CommandStream,
  settings: SshSettings,
  signal: AbortSignal | undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (finish: () => void): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      stream.off('error', onEnd);
      stream.off('readable', onWord);
      finish();
    };
    const refuse = (error: Error): void =>
      settle(() => {
        stream.on('error', () => undefined);
        stream.destroy();
        reject(error);
      });
    const onWord = (): void => settle(resolve);
    const onEnd = (): void => refuse(problem(stream, settings));
    const onAbort = (): void => refuse(asError(abortReason(signal)));
    const timer = setTimeout(() => refuse(problem(stream, settings)), firstWordMs);
    stream.once('readable', onWord);
    stream.once('error', onEnd);
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted) onAbort();
  });
}

/** Shells say so when there is no such program, or it may not be run. */
const notRun = [126, 127];

function problem(stream: CommandStream, { host, port, proxyCommand }: SshSettings): ConnectError {
  const shown = clean(proxyCommand ?? '', 300);
  const how = stream.ending ? howItEnded(stream) : `has said nothing for ${firstWordMs / 1000} s`;
  const lasting = notRun.includes(stream.ending?.code ?? 0);
  return new ConnectError(
    'port',
    lasting,
    `The ProxyCommand of your ssh configuration did not reach ${host}, port ${port}: it ${how}. It was: ${shown}`,
    lasting
      ? 'Install that program, or mend the ProxyCommand in your ssh configuration.'
      : `Run it in a terminal: a greeting that begins with SSH-2.0 is what it should show.`,
  );
}
