import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { DomusError } from '../../../api/index.ts';
import type { Ending, Process } from './transport.ts';

/** How long what a killed process left has to end by itself, in ms. */
export const graceMs = 2000;

/**
 * Starts a program of this computer, without a terminal, in a session of its own: ending it ends what it has started too.
 * Rejects with ERROR_FAIL when there is no such program.
 */
export async function startLocally(
  program: string,
  args: readonly string[],
  env?: Readonly<Record<string, string | undefined>>,
): Promise<Process> {
  const child = spawn(program, args, {
    stdio: 'pipe',
    detached: true,
    windowsHide: true,
    ...(env && { env }),
  });
  await started(child);
  return childProcess(child);
}

function started(child: ChildProcessWithoutNullStreams): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error) =>
      reject(new DomusError('ERROR_FAIL', `No process can be started on this computer: ${error.message}.`)),
    );
  });
}

function childProcess(child: ChildProcessWithoutNullStreams): Process {
  const ended = new Promise<Ending>((resolve) =>
    child.once('close', (code, signal) => resolve({ code, signal })),
  );
  const signalGroup = (signal: NodeJS.Signals): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, signal);
    } catch {
      // It has ended, or there are no groups here.
      child.kill(signal);
    }
  };
  return {
    stdin: child.stdin,
    stdout: child.stdout,
    stderr: child.stderr,
    ended,
    resize: () => undefined,
    kill() {
      child.stdin.destroy();
      signalGroup('SIGTERM');
      setTimeout(() => signalGroup('SIGKILL'), graceMs).unref();
    },
  };
}
