import { maxDataBytes } from '../../../api/channel.ts';
import type { RawChannel } from '../../engine-client.ts';
import { attempt, type Xl } from '../context.ts';

/** Ctrl-]: leaves the console, as xenconsole does. */
export const defaultEscape = 0x1d;
/** Bytes of output that may be on their way. */
const window = 256 * 1024;

export interface AttachOptions {
  readonly type?: 'serial' | 'pv';
  /** Serial port or PV console of the guest. */
  readonly port?: number;
  /** Byte that leaves the console. */
  readonly escape?: number;
  /** Called when output is being read. */
  attached?(): Promise<void>;
}

/** Passes what is typed until the escape byte, in pieces a frame can hold; false when it was typed. */
async function type(channel: RawChannel, bytes: Uint8Array, escape: number): Promise<boolean> {
  const end = bytes.indexOf(escape);
  const typed = end < 0 ? bytes : bytes.subarray(0, end);
  for (let at = 0; at < typed.length; at += maxDataBytes)
    await channel.send({ type: 'data', bytes: typed.subarray(at, at + maxDataBytes) });
  return end < 0;
}

/** Output and input until somebody leaves. */
async function converse(xl: Xl, channel: RawChannel, escape: number): Promise<string> {
  const { terminal } = xl;
  let leave = (_: string): void => {};
  const left = new Promise<string>((resolve) => (leave = resolve));
  const giveCredit = (bytes: number): void => void channel.send({ type: 'credit', bytes });
  channel.onFrame((frame) => {
    if (frame.type === 'data') void terminal.write(frame.bytes).then(() => giveCredit(frame.bytes.length));
    else if (frame.type === 'gap') xl.err(`\r\n[${frame.bytes} bytes of output were lost]\r\n`);
  });
  const resize = (): void => void channel.send({ type: 'resize', ...terminal.size() });
  if (terminal.interactive) resize();
  giveCredit(window);
  const stopResize = terminal.onResize(resize);
  // When a pipe on standard input ends, output goes on: `xl console web </dev/null` follows a console.
  const stopInput = terminal.onInput(async (bytes) => {
    if (bytes !== null && !(await type(channel, bytes, escape))) leave('');
  });
  try {
    return await Promise.race([left, channel.closed]);
  } finally {
    stopInput();
    stopResize();
    channel.close();
  }
}

/** Attaches the terminal to a guest's console until the escape key, or until the console is gone. */
export async function attach(xl: Xl, domain: string, options: AttachOptions = {}): Promise<number> {
  const { type = 'serial', port = 0, escape = defaultEscape } = options;
  const opened = await attempt(xl, (client) => client.console.open({ host: xl.host, domain, port, type }));
  if (!opened.ok) {
    xl.err('Unable to attach console\n');
    return 1;
  }
  const channel = await (await xl.engine()).openChannel(opened.value.ticket);
  const talk = converse(xl, channel, escape);
  await options.attached?.();
  const reason = await talk;
  if (reason !== '') xl.err(`\r\n${reason}\r\n`);
  return 0;
}
