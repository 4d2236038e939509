import { expect, it } from 'vitest';
import { Resampler } from '../../../engine/display/sound/resample.ts';

const both = (values: readonly number[]): Int16Array =>
  Int16Array.from(values.flatMap((value) => [value, -value]));
const left = (samples: Int16Array): number[] => [...samples].filter((_, at) => at % 2 === 0);

/** A tone of `hertz`, `frames` long, cut into pieces of `piece` frames. */
function tone(hertz: number, rate: number, frames: number, piece: number): Int16Array[] {
  const wave = Array.from({ length: frames }, (_, at) =>
    Math.round(20_000 * Math.sin((2 * Math.PI * hertz * at) / rate)),
  );
  return Array.from({ length: Math.ceil(frames / piece) }, (_, at) =>
    both(wave.slice(at * piece, (at + 1) * piece)),
  );
}

it('leaves sound of the right rate as it is', () => {
  const samples = both([1, 2, 3]);
  expect(new Resampler(44_100).take(samples, 44_100)).toBe(samples);
});

it('draws a line between samples, also from one piece to the next, and keeps left and right apart', () => {
  const resampler = new Resampler(8000);
  const first = resampler.take(both([0, 100]), 4000);
  const second = resampler.take(both([200, 300]), 4000);
  expect([...left(first), ...left(second)]).toEqual([0, 50, 100, 150, 200, 250]);
  expect([...second].filter((_, at) => at % 2 === 1)).toEqual([-100, -150, -200, -250]);
});

it.each([
  [500, 8000, 512],
  [440, 22_050, 333],
  [1000, 48_000, 1024],
  [440, 11_025, 1],
])('keeps a tone of %i Hz at %i a second, in pieces of %i', (hertz, rate, piece) => {
  const resampler = new Resampler(44_100);
  const made = tone(hertz, rate, rate, piece).flatMap((samples) => left(resampler.take(samples, rate)));
  expect(Math.abs(made.length - 44_100)).toBeLessThan(44_100 / rate + 2);
  const rises = made.filter((value, at) => at > 0 && value >= 0 && made[at - 1]! < 0).length;
  expect(Math.abs(rises - hertz)).toBeLessThanOrEqual(1);
  // No clicks where pieces meet.
  const steepest = (20_000 * 2 * Math.PI * hertz) / 44_100 + 2;
  expect(made.every((value, at) => at === 0 || Math.abs(value - made[at - 1]!) <= steepest)).toBe(true);
});

it('makes nothing of nothing', () => {
  expect(new Resampler(44_100).take(new Int16Array(0), 8000)).toHaveLength(0);
});
