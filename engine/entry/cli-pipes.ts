import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { BrokenPipe, type BytePipe, type Programs, type StartedProgram } from '../cli/xl/pipes.ts';

function pipeOf(input: Readable, output: Writable): BytePipe {
  output.on('error', () => {});
  return {
    input: input.iterator({ destroyOnReturn: false }) as AsyncIterator<Uint8Array>,
    write: (bytes) =>
      new Promise((resolve, reject) => {
        output.write(bytes, (error) => (error ? reject(new BrokenPipe(error.message)) : resolve()));
      }),
    end: () => void output.end(),
  };
}

function howEnded(status: number | null, signal: string | null): string {
  if (signal !== null) return `died due to fatal signal ${signal}`;
  return status === 0 ? '' : `exited with error status ${status}`;
}

function started(child: ChildProcess, input: Readable, output: Writable): StartedProgram {
  const end = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`could not be started: ${error.message}`));
    child.once('exit', (status, signal) => resolve(howEnded(status, signal)));
  });
  return {
    ...pipeOf(input, output),
    pid: child.pid ?? 0,
    ended: (withinMs) =>
      Promise.race([
        end,
        new Promise<null>((resolve) => void setTimeout(() => resolve(null), withinMs).unref()),
      ]),
  };
}

/** Programs that this process starts, and its own pipes. */
export function processPrograms(): Programs {
  return {
    start(line) {
      const child = spawn('sh', ['-c', line], { stdio: ['pipe', 'pipe', 'inherit'] });
      return started(child, child.stdout, child.stdin);
    },
    own() {
      // A reader that has gone is this command's own business, not a reason to end quietly.
      process.stdout.removeAllListeners('error');
      return pipeOf(process.stdin, process.stdout);
    },
    errIsTerminal: process.stderr.isTTY === true,
  };
}
