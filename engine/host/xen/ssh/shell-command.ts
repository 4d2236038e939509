import { asError, clean } from '../shell/text.ts';
import { abortReason } from '../../../lib/abort.ts';
import { ConnectError } from '../link/steps.ts';
import { startLocally } from '../shell/local-process.ts';
import type { Process } from '../shell/transport.ts';
import type { SshHome } from './home.ts';

/** `Match exec` has this long. */
const execMs = 5000;

/**
 * May a name that did not come from the configuration stand in a command of it? Nothing that a shell could read as more than a
 * word, and no option.
 */
export const harmless = (word: string): boolean => /^(?!-)[\p{L}\p{N}_.:@%+,=/[\]-]*$/u.test(word);

/** Starts a line of the ssh configuration with the person's shell. Rejects with ERROR_FAIL when there is no such shell. */
export function startCommand(line: string, { env, platform }: SshHome): Promise<Process> {
  if (platform === 'win32') return startLocally(env['ComSpec'] ?? 'cmd.exe', ['/d', '/s', '/c', line], env);
  return startLocally(env['SHELL'] || '/bin/sh', ['-c', line], env);
}

/** Does a command of `Match exec` succeed? Rejects with ConnectError when it takes too long. */
export async function succeeds(
  line: string,
  where: string,
  home: SshHome,
  signal?: AbortSignal,
  limitMs = execMs,
): Promise<boolean> {
  const process = await startCommand(line, home);
  process.stdin.end();
  process.stdout.resume();
  process.stderr.resume();
  return new Promise((resolve, reject) => {
    const settle = (finish: () => void): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      finish();
    };
    const stop = (error: Error): void =>
      settle(() => {
        process.kill();
        reject(error);
      });
    const onAbort = (): void => stop(asError(abortReason(signal)));
    const timer = setTimeout(() => stop(tooSlow(line, where, limitMs)), limitMs);
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted) onAbort();
    void process.ended.then(({ code }) => settle(() => resolve(code === 0)));
  });
}

const tooSlow = (line: string, where: string, limitMs: number): ConnectError =>
  new ConnectError(
    'name',
    false,
    `A command of your ssh configuration did not end within ${limitMs / 1000} s: ${clean(line, 200)} (Match exec, ${where}).`,
    'Run it in a terminal and see what it waits for.',
  );
