import { beforeEach, expect, it } from 'vitest';
import { soundFormat } from '../../../../engine/api/index.ts';
import type { Machine, SoundChunk } from '../../../../engine/guest/machine.ts';
import { DomainSound } from '../../../../engine/host/local/domain-sound.ts';

let sound: DomainSound;
let play: ((chunk: SoundChunk) => void) | null;

beforeEach(() => {
  sound = new DomainSound();
  play = null;
});

/** A machine with a card that the test plays. */
const carded = (): Machine => {
  const listen = (listener: (chunk: SoundChunk) => void): (() => void) => {
    play = listener;
    return () => (play = null);
  };
  return { sound: { listen } } as unknown as Machine;
};
const cardless = (): Machine => ({}) as Machine;
const chunk = (frames: number, value = 1): SoundChunk => ({
  rate: soundFormat.rate,
  samples: new Int16Array(frames * 2).fill(value),
});

interface Ear {
  bytes: number;
  lost: number;
  readonly events: string[];
  readonly stream: ReturnType<DomainSound['open']>;
}

function ear(credit: number): Ear {
  const stream = sound.open('guest');
  const heard: Ear = { bytes: 0, lost: 0, events: [], stream };
  stream.onData(({ length }) => (heard.bytes += length));
  stream.onGap((bytes) => (heard.lost += bytes));
  stream.onEvent((event, detail) => heard.events.push(`${event} ${detail}`.trim()));
  stream.credit(credit);
  return heard;
}

it('asks the card only while somebody listens', () => {
  sound.connect(carded());
  expect(play).toBeNull();
  const [one, other] = [ear(1 << 20), ear(1 << 20)];
  play?.(chunk(100));
  expect([one.bytes, other.bytes]).toEqual([400, 400]);
  one.stream.close();
  expect(play).not.toBeNull();
  other.stream.close();
  expect(play).toBeNull();
});

it('goes on with the next run, and says why there is nothing to hear', () => {
  const { events } = ear(1 << 20);
  const off = sound.connect(carded());
  expect(play).not.toBeNull();
  off();
  expect(play).toBeNull();
  expect(sound.why).toContain('off');
  sound.connect(cardless());
  expect(sound.why).toContain('no sound card');
  expect(events.map((event) => event.split(' ')[0])).toEqual(['ended', 'restarted', 'ended', 'restarted']);
  expect(events[3]).toContain('soundhw');
});

it('sends no more than it has credit for, whole frames only', () => {
  sound.connect(carded());
  const listener = ear(10);
  play?.(chunk(4));
  expect(listener.bytes).toBe(8);
  listener.stream.credit(2);
  expect(listener.bytes).toBe(12);
  listener.stream.credit(100);
  expect(listener.bytes).toBe(16);
});

it('keeps half a second for one that takes nothing, and tells it what it has missed', () => {
  sound.connect(carded());
  const listener = ear(0);
  const second = soundFormat.rate;
  for (let part = 0; part < 100; part += 1) play?.(chunk(second / 50));
  listener.stream.credit(1 << 22);
  expect(listener.bytes).toBeLessThanOrEqual((second / 2) * soundFormat.bytesPerFrame);
  expect(listener.bytes + listener.lost).toBe(2 * second * soundFormat.bytesPerFrame);
});

it('lets 32 listen', () => {
  for (let count = 0; count < 32; count += 1) sound.open('guest');
  expect(() => sound.open('guest')).toThrow('32 listen to guest already.');
});
