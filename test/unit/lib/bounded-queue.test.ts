import { describe, expect, it } from 'vitest';
import { BoundedQueue, type Overflow } from '../../../engine/lib/bounded-queue.ts';

describe('BoundedQueue', () => {
  it.each<[Overflow, boolean[], number[], number]>([
    ['refuse', [true, true, false], [1, 2], 0],
    ['drop-newest', [true, true, false], [1, 2], 1],
    ['drop-oldest', [true, true, true], [2, 3], 1],
  ])('overflow %s', (overflow, taken, left, dropped) => {
    const queue = new BoundedQueue<number>(2, overflow);
    expect([1, 2, 3].map((n) => queue.push(n))).toEqual(taken);
    expect([queue.shift(), queue.shift(), queue.shift()]).toEqual([...left, undefined]);
    expect(queue.dropped).toBe(dropped);
  });

  it('keeps order over many turns', () => {
    const queue = new BoundedQueue<number>(3);
    const seen: (number | undefined)[] = [];
    for (let n = 0; n < 200; n += 1) {
      queue.push(n);
      if (n % 2) seen.push(queue.shift(), queue.shift());
    }
    expect(seen).toEqual(Array.from({ length: 200 }, (_, n) => n));
    expect(queue.length).toBe(0);
  });

  it('is read by waiting consumers until closed and drained', async () => {
    const queue = new BoundedQueue<string>(4);
    const waiting = queue.next();
    queue.push('first');
    expect(await waiting).toEqual({ value: 'first', done: false });
    queue.push('second');
    queue.close();
    expect(queue.push('late')).toBe(false);
    const seen: string[] = [];
    for await (const item of queue) seen.push(item);
    expect(seen).toEqual(['second']);
  });

  it('ends consumers that wait when it closes', async () => {
    const queue = new BoundedQueue<string>(1);
    const waiting = queue.next();
    queue.close();
    expect(await waiting).toEqual({ value: undefined, done: true });
  });
});
