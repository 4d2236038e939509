import { spawn } from 'node:child_process';
import { it } from 'vitest';
import { whileWanted } from '../../../../engine/host/xen/shell/while-wanted.ts';
import { waitFor } from '../../../support/xen-host-harness.ts';

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** The shell, and the number of what goes on in it. */
async function begin() {
  const shell = spawn('/bin/sh', ['-c', whileWanted(`sh -c 'echo $$; exec sleep 1000'`)]);
  let pid = 0;
  shell.stdout.on('data', (chunk: Buffer) => (pid = Number(chunk)));
  await waitFor(() => pid > 0, 'its begin');
  return { shell, pid };
}

it('what goes on at the host ends with its stdin', async () => {
  const { shell, pid } = await begin();
  shell.stdin.end();
  await waitFor(() => !isAlive(pid), 'its end');
});

it('and it ends when a signal comes to the shell alone, as sudo passes it on, before its stdin ends', async () => {
  const { shell, pid } = await begin();
  shell.kill('SIGTERM');
  shell.stdin.end();
  await waitFor(() => !isAlive(pid), 'its end');
});
