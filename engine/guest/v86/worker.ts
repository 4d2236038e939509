/** The worker's side of one machine: builds the guest, passes messages, and never dies without saying why. */
import { parentPort, workerData } from 'node:worker_threads';
import { describe, refusalOf } from './failures.ts';
import { Guest, type GuestPort } from './guest.ts';
import { LogLimit } from './log-limit.ts';
import type { FromWorker, LogLevel, ToWorker, WorkerBirth } from './protocol.ts';

/** v86 logs to the console; so does anything else that goes wrong below it. */
const CONSOLE_LEVELS = { debug: 'info', log: 'info', info: 'info', warn: 'warn', error: 'error' } as const;

/** Runs the machine described by this thread's workerData. Call once, in a worker thread. */
export async function runGuestWorker(): Promise<void> {
  if (!parentPort) throw new Error('A guest worker runs in a worker thread only.');
  const channel = parentPort;
  const post = (message: FromWorker, transfer: ArrayBuffer[] = []): void =>
    channel.postMessage(message, transfer);
  const limit = new LogLimit(
    (level, text) => post({ op: 'log', level, text }),
    () => performance.now(),
  );
  const port: GuestPort = { post, log: (level, text) => limit.log(level, text) };
  captureConsole(port.log);

  let guest: Guest | undefined;
  const onUncaught = (error: unknown): void => {
    port.log('error', error instanceof Error ? (error.stack ?? error.message) : String(error));
    if (guest) guest.crash(describe(error));
    else refuse(post, error);
  };
  process.on('uncaughtException', onUncaught);
  process.on('unhandledRejection', onUncaught);
  try {
    guest = await Guest.load(workerData as WorkerBirth, port);
  } catch (error) {
    refuse(post, error);
    return;
  }
  serve(channel, guest);
  post({ op: 'loaded' });
}

function serve(channel: NonNullable<typeof parentPort>, guest: Guest): void {
  channel.on('message', (message: ToWorker) => {
    if (message.op === 'call' && message.name === 'shutdown') {
      void guest.close().finally(() => process.exit(0));
    } else {
      guest.handle(message);
    }
  });
}

/** The engine ends the thread when it has heard this. */
function refuse(post: (message: FromWorker) => void, error: unknown): void {
  post({ op: 'refused', refusal: refusalOf(error) });
}

function captureConsole(log: (level: LogLevel, text: string) => void): void {
  for (const [method, level] of Object.entries(CONSOLE_LEVELS)) {
    const write = (...parts: unknown[]): void => log(level, parts.map(String).join(' '));
    Object.defineProperty(console, method, { value: write });
  }
}
