import { expect, test } from 'vitest';
import { ManualClock } from '../../../engine/lib/clock.ts';
import { ScreenWishes } from '../../../engine/service/screen-wishes.ts';

const web = { host: 'local', domain: 'web' };

test('the window that came last gets a wish, and only that one', async () => {
  const clock = new ManualClock();
  const wishes = new ScreenWishes(clock);
  const [older, newer] = [wishes.next(), wishes.next()];
  expect(await wishes.show(web)).toBe(true);
  expect(await newer).toEqual(web);
  expect(await wishes.show({ ...web, domain: 'db' })).toBe(true);
  expect(await older).toEqual({ ...web, domain: 'db' });
});

test('without a window nothing is shown; one that has gone is not waited for', async () => {
  const clock = new ManualClock();
  const wishes = new ScreenWishes(clock);
  expect(await wishes.show(web)).toBe(false);
  const gone = new AbortController();
  const asked = wishes.next(gone.signal);
  gone.abort(new Error('closed'));
  await expect(asked).rejects.toThrow('closed');
  expect(await wishes.show(web)).toBe(false);
});

test('a window that asks again in a moment is waited for', async () => {
  const clock = new ManualClock();
  const wishes = new ScreenWishes(clock);
  const idle = wishes.next();
  clock.advance(25_000);
  expect(await idle).toBeNull();
  const shown = wishes.show(web);
  const again = wishes.next();
  expect([await shown, await again]).toEqual([true, web]);
  const late = wishes.show(web);
  clock.advance(2000);
  expect(await late).toBe(false);
});
