import { describe, expect, it } from 'vitest';
import { ManualClock, systemClock } from '../../../engine/lib/clock.ts';

describe('ManualClock', () => {
  it('fires timers in order of due time, then of creation, each at its own time', () => {
    const clock = new ManualClock(0);
    const log: string[] = [];
    const note = (name: string) => () => log.push(`${name}@${clock.monotonicNs() / 1e6}`);
    clock.after(20, note('late'));
    clock.after(10, note('first'));
    clock.after(10, note('second'));
    clock.advance(15);
    expect(log).toEqual(['first@10', 'second@10']);
    clock.advance(5);
    expect(log).toEqual(['first@10', 'second@10', 'late@20']);
    expect(clock.pending).toBe(0);
  });

  it('fires timers that timers set within the same advance', () => {
    const clock = new ManualClock();
    let ticks = 0;
    const tick = (): void => {
      ticks += 1;
      clock.after(10, tick);
    };
    clock.after(10, tick);
    clock.advance(35);
    expect(ticks).toBe(3);
  });

  it('moves wall and monotonic time together, and the wall alone when set', () => {
    const clock = new ManualClock(1000);
    clock.advance(500);
    expect([clock.wallMs(), clock.monotonicNs()]).toEqual([1500, 500e6]);
    clock.setWallMs(99);
    clock.advance(1);
    expect([clock.wallMs(), clock.monotonicNs()]).toEqual([100, 501e6]);
  });

  it('does not fire a cancelled timer', () => {
    const clock = new ManualClock();
    let fired = false;
    const cancel = clock.after(1, () => (fired = true));
    cancel();
    cancel();
    clock.advance(10);
    expect(fired).toBe(false);
  });

  it('sleeps until due, and an abort wakes with its reason and leaves no timer', async () => {
    const clock = new ManualClock();
    const slept = clock.sleep(10);
    clock.advance(10);
    await expect(slept).resolves.toBeUndefined();

    const stop = new AbortController();
    const cut = clock.sleep(10, stop.signal);
    stop.abort(new Error('enough'));
    await expect(cut).rejects.toThrow('enough');
    await expect(clock.sleep(10, stop.signal)).rejects.toThrow('enough');
    expect(clock.pending).toBe(0);
  });
});

describe('systemClock', () => {
  it('never goes back and runs timers', async () => {
    const before = systemClock.monotonicNs();
    await systemClock.sleep(1);
    expect(systemClock.monotonicNs()).toBeGreaterThan(before);
    expect(Number.isInteger(systemClock.monotonicNs())).toBe(true);
  });
});
