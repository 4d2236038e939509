// Browser mode's parent: starts the engine, and starts it again on the same port and with the same token when it dies,
// so that open pages find it again by themselves.
import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { root, say } from './bootstrap.mjs';

/** An engine that lived this long had started well: the next pause is short again. */
const livedWellMs = 30_000;
const pausesMs = [100, 300, 1000, 2000, 5000];
/** So many quick deaths in a row mean that it cannot run. */
const mostQuickDeaths = 8;

/**
 * Runs until the engine ends on purpose. `onReady(url, attached)` is called once.
 * Resolves with the exit code for this process.
 */
export function supervise({ port, state, onReady }) {
  const token = randomBytes(32).toString('base64url');
  const args = ['browser', ...(state ? ['--state', state] : [])];
  let wantedPort = port;
  let ready = false;
  let stopping = false;
  let quickDeaths = 0;
  let child;

  const stop = () => {
    stopping = true;
    if (child?.connected) child.send({ type: 'stop' });
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop);

  return new Promise((resolve) => {
    const start = () => {
      if (stopping) return resolve(0);
      const startedAt = Date.now();
      let verdict = null;
      child = fork(join(root, 'dist', 'engine', 'engine.js'), args, { stdio: ['ignore', 2, 2, 'ipc'] });
      child.on('message', (notice) => {
        if (notice.type === 'failed') {
          say(notice.sentence);
          verdict = 1;
        }
        if (notice.type !== 'ready') return;
        if (notice.attached) verdict = 0;
        else wantedPort = Number(new URL(notice.url).port);
        if (!ready) onReady(notice.url, notice.attached);
        ready = true;
      });
      child.on('error', (error) => say(`The engine: ${error.message}`));
      child.on('exit', (code, signal) => {
        if (stopping || verdict !== null) return resolve(verdict ?? 0);
        if (code === 0) return resolve(0);
        quickDeaths = Date.now() - startedAt > livedWellMs ? 0 : quickDeaths + 1;
        if (quickDeaths >= mostQuickDeaths) {
          say('The engine dies whenever it is started; its log says why.');
          return resolve(1);
        }
        say(`The engine died (${signal ?? `exit code ${code}`}) and is started again.`);
        setTimeout(start, pausesMs[Math.min(quickDeaths, pausesMs.length) - 1] ?? 100);
      });
      child.send({ type: 'open', port: wantedPort, token }, () => undefined);
    };
    start();
  });
}
