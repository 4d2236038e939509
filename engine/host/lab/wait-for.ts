import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { DomusError } from '../../api/index.ts';
import { abortReason } from '../../lib/abort.ts';
import type { Operation } from '../operation.ts';
import { BootWatch } from './boot-watch.ts';
import type { Computer } from './computer.ts';

/** A start in which nothing was printed for this long hangs, in ms. */
const silenceMs = 180_000;
/** From the end of the start script to the SSH server's first words, in ms. */
const sshMs = 60_000;

const atLog = { fix: 'Its console log has what it printed. Reset it to begin again from the image.' };

/** Resolves when dom0's start script is through. Rejects when it fails, hangs, or the operation is given up. */
export function booted(computer: Computer, op: Operation): Promise<void> {
  const watch = new BootWatch();
  return new Promise((resolve, reject) => {
    let silence: NodeJS.Timeout | undefined;
    const settle = (end: () => void): void => {
      clearTimeout(silence);
      op.signal.removeEventListener('abort', onAbort);
      leave();
      end();
    };
    const fail = (error: Error) => settle(() => reject(error));
    const onAbort = (): void => fail(abortReason(op.signal));
    const listen = (): void => {
      clearTimeout(silence);
      silence = setTimeout(() => {
        const text = `Nothing was heard of the lab for ${silenceMs / 1000} s. The last step was: ${watch.stage}.`;
        fail(new DomusError('ERROR_TIMEDOUT', text, atLog));
      }, silenceMs);
    };
    const leave = computer.onConsole((text) => {
      listen();
      if (!watch.feed(text)) return;
      if (watch.failure !== null) return fail(new DomusError('ERROR_FAIL', watch.failure, atLog));
      op.progress(watch.stage, watch.fraction);
      if (watch.ready) settle(resolve);
    });
    op.signal.addEventListener('abort', onAbort, { once: true });
    void computer.ended.then(() =>
      fail(new DomusError('ERROR_FAIL', 'The lab ended while it started.', atLog)),
    );
    if (op.signal.aborted) onAbort();
    else listen();
  });
}

/** True when an SSH server says hello on the port. */
function greets(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const settle = (greeted: boolean): void => {
      socket.destroy();
      resolve(greeted);
    };
    socket.setTimeout(5000, () => settle(false));
    socket.once('data', (data) => settle(data.toString('latin1').startsWith('SSH-')));
    socket.once('error', () => settle(false));
    socket.once('close', () => settle(false));
  });
}

/** QEMU takes connections from the start; the server inside is there when it says hello. */
export async function sshAnswers(port: number, op: Operation): Promise<void> {
  const until = Date.now() + sshMs;
  while (!(await greets(port))) {
    op.signal.throwIfAborted();
    if (Date.now() > until)
      throw new DomusError('ERROR_TIMEDOUT', "The lab's SSH server does not answer.", atLog);
    await sleep(200);
  }
}
