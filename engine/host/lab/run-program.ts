import { spawn } from 'node:child_process';
import { DomusError } from '../../api/index.ts';
import { abortReason } from '../../lib/abort.ts';
import { searchPath } from './requirements.ts';

export interface ProgramOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly signal: AbortSignal;
  /** Each line of stdout, without its end; at most 2000 characters of it. */
  readonly onLine?: (line: string) => void;
}

export interface Ended {
  readonly code: number | null;
  /** The last 4000 characters of stderr. */
  readonly said: string;
}

/** How long a program may take to end after it was asked to, in ms. */
const graceMs = 5000;

function lines(onLine: (line: string) => void): (text: string) => void {
  let rest = '';
  return (text) => {
    const parts = (rest + text).split('\n');
    rest = (parts.pop() ?? '').slice(0, 2000);
    for (const line of parts) onLine(line.slice(0, 2000));
  };
}

/**
 * Runs a program to its end, in a process group of its own, without a terminal. An abort ends the whole group and
 * rejects with the signal's reason.
 */
export function runProgram(
  command: string,
  args: readonly string[],
  options: ProgramOptions,
): Promise<Ended> {
  const { signal, onLine = () => {} } = options;
  if (signal.aborted) return Promise.reject(abortReason(signal));
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...process.env, PATH: searchPath(), ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    let said = '';
    child.stdout.setEncoding('utf8').on('data', lines(onLine));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-4000)));
    const killGroup = (how: NodeJS.Signals): void => {
      try {
        if (child.pid) process.kill(-child.pid, how);
      } catch {
        // All of it has ended.
      }
    };
    let hard: NodeJS.Timeout | undefined;
    const onAbort = (): void => {
      killGroup('SIGTERM');
      hard = setTimeout(() => killGroup('SIGKILL'), graceMs);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    const leave = (): void => {
      clearTimeout(hard);
      signal.removeEventListener('abort', onAbort);
    };
    child.on('error', (error) => {
      leave();
      reject(new DomusError('ERROR_FAIL', `${command} cannot be run: ${error.message}`));
    });
    child.on('close', (code) => {
      leave();
      if (signal.aborted) reject(abortReason(signal));
      else resolve({ code, said });
    });
  });
}

/** Like `runProgram`; resolves with what it printed (at most 1 MiB) and rejects when it fails. */
export async function outputOf(
  command: string,
  args: readonly string[],
  options: Omit<ProgramOptions, 'onLine'>,
): Promise<string> {
  const printed: string[] = [];
  let length = 0;
  const { code, said } = await runProgram(command, args, {
    ...options,
    onLine: (line) => {
      length += line.length + 1;
      if (length < 1 << 20) printed.push(line);
    },
  });
  if (code === 0) return printed.join('\n');
  throw new DomusError(
    'ERROR_FAIL',
    `${command} failed: ${said.trim().split('\n').at(-1) ?? `code ${code}`}`,
  );
}
