import { describe, expect, it } from 'vitest';
import type { Frame } from '../../../../engine/api/channel.ts';
import type { RawChannel } from '../../../../renderer/client/raw-channel.ts';
import { SerialSession } from '../../../../renderer/feature/console/serial-session.ts';

/** A session whose channel opens when told; `heard` is what reaches the guest. */
function session() {
  const heard: string[] = [];
  let isClosed = false;
  const channel: RawChannel = {
    send(frame: Frame) {
      if (frame.type === 'data' && !isClosed) heard.push(new TextDecoder().decode(frame.bytes));
    },
    onFrame: () => undefined,
    onClose: () => undefined,
    close: () => void (isClosed = true),
  };
  let attach = (): void => undefined;
  const opened = new Promise<RawChannel>((resolve) => (attach = () => resolve(channel)));
  const view = { write: () => undefined, reset: () => undefined, status: () => undefined };
  const serial = new SerialSession({ open: () => opened, view });
  return {
    heard,
    serial,
    type: (text: string) => serial.send(new TextEncoder().encode(text)),
    closed: () => isClosed,
    attached: async (): Promise<void> => {
      attach();
      await opened;
      await Promise.resolve();
    },
  };
}

describe('what is typed into a console', () => {
  it('before it is attached reaches the guest, once and in order', async () => {
    const { heard, type, attached } = session();
    type('a');
    type('b');
    await attached();
    type('c');
    expect(heard).toEqual(['a', 'b', 'c']);
  });

  it('reaches the guest also when the console has gone out of sight meanwhile', async () => {
    const { heard, serial, type, attached, closed } = session();
    type('a');
    serial.close();
    await attached();
    expect([heard, closed()]).toEqual([['a'], true]);
  });

  it('is kept in bounds', async () => {
    const { heard, type, attached } = session();
    type('x'.repeat(4000));
    type('y'.repeat(4000));
    await attached();
    expect(heard.join('')).toBe('x'.repeat(4000));
  });
});
