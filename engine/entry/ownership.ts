import { chmod, mkdir, open, readFile, rm, stat } from 'node:fs/promises';
import type { Server } from 'node:net';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const isPipe = (path: string): boolean => path.startsWith('\\\\.\\pipe\\');

/** True when a process listens on the socket. A socket file left by a killed process refuses connections. */
export function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const settle = (answered: boolean): void => {
      socket.destroy();
      resolve(answered);
    };
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
    socket.setTimeout(2000, () => settle(true));
  });
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** A lock whose holder is gone, or that is older than any takeover takes, was left behind. */
async function isLeftBehind(lock: string): Promise<boolean> {
  try {
    const pid = Number(await readFile(lock, 'utf8'));
    const ageMs = Date.now() - (await stat(lock)).mtimeMs;
    if (ageMs > 10_000) return true;
    if (!Number.isInteger(pid) || pid < 1) return false;
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

/** Runs `work` while holding an exclusive file: two engines that start at once take over one after the other. */
async function alone<T>(lock: string, work: () => Promise<T>): Promise<T> {
  for (;;) {
    const file = await open(lock, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return null;
      throw error;
    });
    if (file) {
      await file.writeFile(String(process.pid));
      await file.close();
      break;
    }
    if (await isLeftBehind(lock)) await rm(lock, { force: true });
    else await sleep(20);
  }
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}

/**
 * Makes `server` listen on `path` if nobody else does: who listens there owns the state directory, and the system ends
 * that with the process, also with `kill -9`. False when another engine is there. The directory becomes 0700, the socket
 * 0600.
 */
export async function claim(path: string, server: Server): Promise<boolean> {
  if (isPipe(path)) {
    return listen(server, path).then(
      () => true,
      () => false,
    );
  }
  const directory = dirname(path);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await chmod(directory, 0o700);
  return alone(`${path}.lock`, async () => {
    if (await isAnswered(path)) return false;
    await rm(path, { force: true });
    await listen(server, path);
    await chmod(path, 0o600);
    return true;
  });
}
