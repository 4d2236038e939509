import { describe, expect, it, vi } from 'vitest';
import { encodeFrame, type Frame } from '../../../../engine/api/channel.ts';
import { channelOn } from '../../../../renderer/client/raw-channel.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const data = (text: string): Uint8Array => encodeFrame({ type: 'data', bytes: bytes(text) });

function aChannel() {
  const line = { post: vi.fn(), close: vi.fn() };
  const ends = channelOn(line);
  const frames: Frame[] = [];
  return { line, ends, frames, listen: () => ends.channel.onFrame((frame) => frames.push(frame)) };
}

describe('a raw channel', () => {
  it('keeps what came before the first listener and delivers it first', () => {
    const { ends, frames, listen } = aChannel();
    ends.receive(encodeFrame({ type: 'event', event: { event: 'attached', detail: '' } }));
    listen();
    ends.receive(data('now'));
    expect(frames.map(({ type }) => type)).toEqual(['event', 'data']);
  });

  it('takes what a WebSocket delivers (ArrayBuffer) as well as what a port delivers (Uint8Array)', () => {
    const { ends, frames, listen } = aChannel();
    listen();
    ends.receive(data('a'));
    ends.receive(data('b').slice().buffer);
    expect(frames).toEqual([
      { type: 'data', bytes: bytes('a') },
      { type: 'data', bytes: bytes('b') },
    ]);
  });

  it.each([
    ['an unknown frame type', new Uint8Array([99, 1, 2])],
    ['an empty message', new Uint8Array(0)],
    ['text', 'hello'],
    ['nothing', null],
  ])('ends on %s', (_what, message) => {
    const { line, ends, frames, listen } = aChannel();
    const closed = vi.fn();
    ends.channel.onClose(closed);
    listen();
    ends.receive(message);
    ends.receive(data('after'));
    expect(line.close).toHaveBeenCalledOnce();
    expect(closed).toHaveBeenCalledOnce();
    expect(frames).toEqual([]);
  });

  it('ends when nobody listens to a sender that does not stop', () => {
    const { line, ends } = aChannel();
    for (let i = 0; i < 100; i += 1) ends.receive(data('x'));
    expect(line.close).toHaveBeenCalledOnce();
  });

  it('sends frames until it is closed, and says its end once', () => {
    const { line, ends } = aChannel();
    const closed = vi.fn();
    ends.channel.onClose(closed);
    ends.channel.send({ type: 'credit', bytes: 1 });
    ends.channel.close();
    ends.channel.close();
    ends.ended();
    ends.channel.send({ type: 'credit', bytes: 1 });
    expect(line.post).toHaveBeenCalledOnce();
    expect(closed).toHaveBeenCalledOnce();
  });

  it('tells a listener that comes too late at once', () => {
    const { ends } = aChannel();
    ends.ended();
    const closed = vi.fn();
    ends.channel.onClose(closed);
    expect(closed).toHaveBeenCalledOnce();
  });
});
