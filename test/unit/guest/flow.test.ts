import { describe, expect, it } from 'vitest';
import {
  FrameBatch,
  MAX_FRAME_BYTES,
  MIN_FRAME_BYTES,
  unpackFrames,
} from '../../../engine/guest/v86/frame-batch.ts';
import { FrameFlow } from '../../../engine/guest/v86/frame-flow.ts';
import { LogLimit } from '../../../engine/guest/v86/log-limit.ts';
import { FRAME_WINDOW, type ToWorker } from '../../../engine/guest/v86/protocol.ts';
import { SerialFlow } from '../../../engine/guest/v86/serial-flow.ts';

const frame = (length: number, fill = 0): Uint8Array => new Uint8Array(length).fill(fill);
const KiB = 1024;

describe('A batch of frames', () => {
  it('gives back what was put in, in order', () => {
    const frames = [
      frame(MIN_FRAME_BYTES, 1),
      frame(60, 2),
      frame(255, 3),
      frame(256, 4),
      frame(MAX_FRAME_BYTES, 5),
    ];
    const batch = new FrameBatch();
    for (const one of frames) expect(batch.push(one)).toBe(true);
    expect([...unpackFrames(batch.take())]).toEqual(frames);
    expect([...unpackFrames(batch.take())]).toEqual([]);
  });

  it('refuses a frame when it is full, and takes it after it was taken', () => {
    const batch = new FrameBatch();
    while (batch.push(frame(1500))) continue;
    expect(batch.length).toBeLessThanOrEqual(64 * KiB);
    batch.take();
    expect(batch.push(frame(1500))).toBe(true);
  });

  it.each([MIN_FRAME_BYTES - 1, MAX_FRAME_BYTES + 1])('takes no frame of %d bytes', (length) => {
    expect(() => new FrameBatch().push(frame(length))).toThrow(RangeError);
  });

  it.each([
    ['a length beyond its end', [60, 0, 1, 2, 3]],
    ['half a length', [60]],
    ['a frame too short', [1, 0, 9]],
    ['a frame too long', [0xff, 0xff, ...new Array<number>(70).fill(0)]],
  ])('with %s is refused', (_name, bytes) => {
    expect(() => [...unpackFrames(Uint8Array.from(bytes))]).toThrow(RangeError);
  });
});

describe('Frames on their way to a worker', () => {
  it('of one turn travel together; beyond the window they are dropped and counted until acknowledged', async () => {
    const sent: Uint8Array[] = [];
    const flow = new FrameFlow(
      0,
      (message) => {
        if (message.op === 'frames') sent.push(message.batch);
      },
      () => {},
    );
    flow.send(frame(60, 1));
    flow.send(frame(60, 2));
    await Promise.resolve();
    expect(sent.map((batch) => [...unpackFrames(batch)].length)).toEqual([2]);

    for (let bytes = 0; bytes < 2 * FRAME_WINDOW; bytes += 1502) flow.send(frame(1500));
    await Promise.resolve();
    const underWay = sent.reduce((sum, batch) => sum + batch.length, 0);
    expect(underWay).toBeLessThanOrEqual(FRAME_WINDOW + 1502);
    const { drops } = flow;
    expect(drops).toBeGreaterThan(300);

    flow.acknowledged(underWay);
    flow.send(frame(60));
    expect(flow.drops).toBe(drops);
  });
});

describe('Serial flow', () => {
  const recorder = (): { flow: SerialFlow; posted: ToWorker[]; errors: unknown[] } => {
    const posted: ToWorker[] = [];
    const errors: unknown[] = [];
    const flow = new SerialFlow(
      (message) => posted.push(message),
      (error) => errors.push(error),
    );
    return { flow, posted, errors };
  };

  it('takes 64 KiB per port and tells its sender when half of that is free again', () => {
    const { flow, posted } = recorder();
    const drained: number[] = [];
    flow.onDrain((port) => drained.push(port));
    expect(flow.send(0, new Uint8Array(100 * KiB))).toBe(64 * KiB);
    expect(flow.send(0, new Uint8Array(1))).toBe(0);
    expect(flow.send(1, new Uint8Array(10))).toBe(10);
    expect(posted).toHaveLength(2);

    flow.fed(0, 31 * KiB);
    expect(drained).toEqual([]);
    flow.fed(0, KiB);
    expect(drained).toEqual([0]);
    expect(flow.send(0, new Uint8Array(100 * KiB))).toBe(32 * KiB);
    // Port 1 never had to wait.
    flow.fed(1, 10);
    expect(drained).toEqual([0]);
  });

  it('copies input, so that its sender may use the buffer again', () => {
    const { flow, posted } = recorder();
    const bytes = Uint8Array.of(1, 2, 3);
    flow.send(0, bytes);
    bytes.fill(9);
    expect(posted).toEqual([{ op: 'serial', port: 0, bytes: Uint8Array.of(1, 2, 3) }]);
  });

  it('acknowledges output at once when nobody listens, else when the slowest listener is done', async () => {
    const { flow, posted } = recorder();
    flow.output(0, new Uint8Array(5));
    expect(posted).toEqual([{ op: 'serial-ack', port: 0, bytes: 5 }]);

    let release = (): void => {};
    flow.onOutput(() => new Promise<void>((resolve) => (release = resolve)));
    flow.onOutput(() => {});
    flow.output(0, new Uint8Array(7));
    await new Promise((resolve) => setImmediate(resolve));
    expect(posted).toHaveLength(1);
    release();
    await new Promise((resolve) => setImmediate(resolve));
    expect(posted[1]).toEqual({ op: 'serial-ack', port: 0, bytes: 7 });
  });

  it('reports listeners that fail and acknowledges all the same', async () => {
    const { flow, posted, errors } = recorder();
    flow.onOutput(() => {
      throw new Error('one');
    });
    flow.onOutput(() => Promise.reject(new Error('two')));
    flow.output(0, new Uint8Array(3));
    await new Promise((resolve) => setImmediate(resolve));
    expect(posted).toEqual([{ op: 'serial-ack', port: 0, bytes: 3 }]);
    expect(errors).toHaveLength(2);
  });
});

describe('A limited log', () => {
  it('writes a burst, then so many lines a second, and says how many it left out', () => {
    let nowMs = 0;
    const lines: string[] = [];
    const log = new LogLimit(
      (_level, text) => lines.push(text),
      () => nowMs,
      { burst: 3, perSecond: 1 },
    );
    for (let n = 0; n < 10; n += 1) log.log('info', `line ${n}`);
    expect(lines).toEqual(['line 0', 'line 1', 'line 2']);
    nowMs = 1000;
    log.log('info', 'later');
    expect(lines.slice(3)).toEqual(['7 messages left out', 'later']);
  });

  it('cuts long lines', () => {
    const lines: string[] = [];
    new LogLimit(
      (_level, text) => lines.push(text),
      () => 0,
    ).log('info', 'x'.repeat(10_000));
    expect(lines[0]?.length).toBeLessThan(600);
  });
});
