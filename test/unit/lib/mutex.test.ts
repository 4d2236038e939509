import { describe, expect, it } from 'vitest';
import { AsyncMutex, KeyedMutex } from '../../../engine/lib/mutex.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('AsyncMutex', () => {
  it('lets one in at a time, in order of arrival', async () => {
    const mutex = new AsyncMutex();
    const log: string[] = [];
    const job = (name: string) => async (): Promise<string> => {
      log.push(`${name} in`);
      await turn();
      log.push(`${name} out`);
      return name;
    };
    const results = await Promise.all([mutex.run(job('a')), mutex.run(job('b')), mutex.run(job('c'))]);
    expect(results).toEqual(['a', 'b', 'c']);
    expect(log).toEqual(['a in', 'a out', 'b in', 'b out', 'c in', 'c out']);
    expect(mutex.locked).toBe(false);
  });

  it('is free again after a failure', async () => {
    const mutex = new AsyncMutex();
    await expect(mutex.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await expect(mutex.run(() => 'yes')).resolves.toBe('yes');
  });

  it('gives up its place when aborted, and only its own', async () => {
    const mutex = new AsyncMutex();
    const release = await mutex.acquire();
    const stop = new AbortController();
    const cut = mutex.acquire(stop.signal);
    const next = mutex.acquire();
    stop.abort(new Error('enough'));
    await expect(cut).rejects.toThrow('enough');
    expect(mutex.waiting).toBe(1);
    release();
    release();
    (await next)();
    expect(mutex.locked).toBe(false);
    await expect(mutex.acquire(stop.signal)).rejects.toThrow('enough');
  });
});

describe('KeyedMutex', () => {
  it('serialises per key and runs different keys together', async () => {
    const mutex = new KeyedMutex<string>();
    const log: string[] = [];
    const job = (name: string) => async (): Promise<void> => {
      log.push(`${name} in`);
      await turn();
      log.push(`${name} out`);
    };
    await Promise.all([mutex.run('x', job('x1')), mutex.run('x', job('x2')), mutex.run('y', job('y1'))]);
    expect(log.indexOf('x2 in')).toBeGreaterThan(log.indexOf('x1 out'));
    expect(log.indexOf('y1 in')).toBeLessThan(log.indexOf('x1 out'));
    expect(mutex.size).toBe(0);
  });

  it('forgets a key only when nobody needs it', async () => {
    const mutex = new KeyedMutex<number>();
    const first = mutex.run(1, turn);
    const second = mutex.run(1, turn);
    await first;
    expect(mutex.isLocked(1)).toBe(true);
    await second;
    expect(mutex.isLocked(1)).toBe(false);
  });
});
