import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { decodeFrame, encodeFrame, type Frame } from '../../../../engine/api/channel.ts';
import { soundFormat } from '../../../../engine/api/sound.ts';
import { channelOn, type ChannelEnds } from '../../../../renderer/client/raw-channel.ts';
import { samplesOf, SoundSchedule } from '../../../../renderer/feature/display/sound-schedule.ts';
import { SoundSession, type SoundState } from '../../../../renderer/feature/display/sound-session.ts';

test('pieces of sound follow each other without a gap', () => {
  const schedule = new SoundSchedule();
  const first = schedule.place(10, soundFormat.rate / 10)!;
  expect(first).toBeGreaterThan(10);
  expect(schedule.place(10.05, soundFormat.rate / 10)).toBeCloseTo(first + 0.1);
  expect(schedule.place(10.1, soundFormat.rate / 10)).toBeCloseTo(first + 0.2);
});

test('what comes too early is left out, and after silence there is time again for the next piece', () => {
  const schedule = new SoundSchedule();
  const placed = Array.from({ length: 20 }, () => schedule.place(1, soundFormat.rate / 10));
  expect(placed.filter((at) => at !== null).length).toBeLessThan(8);
  expect(placed.at(-1)).toBeNull();
  expect(schedule.place(5, 100)).toBeGreaterThan(5);
});

test('bytes of the channel are samples of two sides', () => {
  const bytes = new Uint8Array(Int16Array.of(32_767, -32_768, 0, 16_384).buffer);
  const [left, right] = samplesOf(bytes);
  expect([...left].map((value) => Math.round(value * 100))).toEqual([100, 0]);
  expect([...right]).toEqual([-1, 0.5]);
  expect(samplesOf(new Uint8Array(7))[0]).toHaveLength(1);
});

let lines: (ChannelEnds & { sent: Frame[] })[];
let states: SoundState[];
let played: number;

function listen(): SoundSession {
  return new SoundSession({
    open: () => {
      const sent: Frame[] = [];
      const ends = channelOn({ post: (message) => sent.push(decodeFrame(message)!), close: () => {} });
      lines.push({ ...ends, sent });
      return Promise.resolve(ends.channel);
    },
    play: ({ length }) => (played += length),
    onState: (state) => states.push(state),
  });
}
const last = (): string => states.at(-1)!.kind;

beforeEach(() => {
  vi.useFakeTimers();
  lines = [];
  states = [];
  played = 0;
});
afterEach(() => {
  vi.useRealTimers();
});

test('sound is played and paid for, and its end is noticed', async () => {
  const session = listen();
  await vi.advanceTimersByTimeAsync(1);
  const [line] = lines;
  line!.receive(encodeFrame({ type: 'event', event: { event: 'attached', detail: '' } }));
  expect(last()).toBe('silent');
  line!.receive(encodeFrame({ type: 'data', bytes: new Uint8Array(400) }));
  expect([last(), played, line!.sent.at(-1)]).toEqual(['heard', 400, { type: 'credit', bytes: 400 }]);
  await vi.advanceTimersByTimeAsync(1000);
  expect(last()).toBe('silent');
  line!.receive(encodeFrame({ type: 'event', event: { event: 'ended', detail: 'The domain is off.' } }));
  expect(states.at(-1)).toEqual({ kind: 'off', detail: 'The domain is off.' });
  session.close();
});

test('a lost connection is made anew until nobody wants to hear any more', async () => {
  const session = listen();
  await vi.advanceTimersByTimeAsync(1);
  lines[0]!.ended();
  expect(last()).toBe('off');
  await vi.advanceTimersByTimeAsync(3000);
  expect(lines).toHaveLength(2);
  session.close();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(lines).toHaveLength(2);
});
