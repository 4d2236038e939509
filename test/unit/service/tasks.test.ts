import { describe, expect, it } from 'vitest';
import { DomusError, task as taskSchema, type Task } from '../../../engine/api/index.ts';
import type { Operation } from '../../../engine/host/host.ts';
import { abortReason } from '../../../engine/lib/abort.ts';
import { ManualClock } from '../../../engine/lib/clock.ts';
import { Tasks } from '../../../engine/service/tasks.ts';

function setUp() {
  const clock = new ManualClock();
  const shown: Task[] = [];
  const removed: string[] = [];
  const logged: string[] = [];
  const sink = { task: (task: Task) => shown.push(task), taskRemoved: (id: string) => removed.push(id) };
  const tasks = new Tasks(sink, { error: (_fields, message) => logged.push(message) }, clock);
  return { clock, tasks, shown, removed, logged, last: () => shown.at(-1)! };
}

const request = { title: 'Create web', host: 'local' };

/** Work that ends when told. */
function held() {
  let op!: Operation;
  let finish!: (value: string) => void;
  const work = (given: Operation): Promise<string> => {
    op = given;
    return new Promise((resolve, reject) => {
      finish = resolve;
      given.signal.addEventListener('abort', () => reject(abortReason(given.signal)));
    });
  };
  return { work, op: () => op, finish: (value: string) => finish(value) };
}

describe('Tasks', () => {
  it('shows a task from its beginning to its end', async () => {
    const { tasks, shown, last } = setUp();
    const { done, id } = tasks.run({ ...request, command: 'xl create web' }, async () => 'result');
    expect(shown[0]).toMatchObject({ id, title: 'Create web', status: 'running', command: 'xl create web' });
    expect(await done).toBe('result');
    expect(last()).toMatchObject({ id, status: 'done', progress: 1, cancellable: false });
    expect(taskSchema.parse(last())).toEqual(last());
  });

  it('shows the first progress at once and what follows soon after together', () => {
    const { tasks, shown, last, clock } = setUp();
    const { work, op } = held();
    tasks.run(request, work);
    for (let i = 0; i <= 100; i += 1) op().progress(`stage ${i}`, i / 100);
    expect(shown.map(({ stage }) => stage)).toEqual(['', 'stage 0']);
    clock.advance(100);
    expect(last()).toMatchObject({ stage: 'stage 100', progress: 1 });
    expect(shown).toHaveLength(3);
  });

  it.each([
    [Number.NaN, 0],
    [-1, 0],
    [7, 1],
    [null, null],
    [undefined, null],
  ])('shows a progress of %s as %s', (fraction, expected) => {
    const { tasks, last } = setUp();
    const { work, op } = held();
    tasks.run(request, work);
    op().progress('x', fraction);
    expect(last().progress).toBe(expected);
  });

  it('keeps the last 50 lines of the log, and gives them to the error', async () => {
    const { tasks } = setUp();
    const { done } = tasks.run(request, async (op) => {
      for (let i = 0; i < 60; i += 1) op.log(`line ${i}`);
      throw new DomusError('ERROR_NOMEM', 'Too little memory.');
    });
    const error: unknown = await done.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DomusError);
    expect((error as DomusError).log).toHaveLength(50);
    expect((error as DomusError).log?.[0]).toBe('line 10');
  });

  it('reports a fault as ERROR_FAIL in a plain sentence; the log gets the rest', async () => {
    const { tasks, last, logged } = setUp();
    const { done } = tasks.run(request, async () => {
      throw new TypeError('x is not a function');
    });
    await expect(done).rejects.toMatchObject({ code: 'ERROR_FAIL' });
    expect(last()).toMatchObject({ status: 'failed', error: { code: 'ERROR_FAIL' } });
    expect(JSON.stringify(last())).not.toContain('not a function');
    expect(logged).toEqual(['Create web failed unexpectedly']);
  });

  it('cancels a task that heeds it', async () => {
    const { tasks, last } = setUp();
    const { work } = held();
    const { id, done } = tasks.run(request, work);
    expect(tasks.cancel(id)).toBe(true);
    await expect(done).rejects.toMatchObject({ code: 'ERROR_ABORTED', message: 'Create web was cancelled.' });
    expect(last()).toMatchObject({ status: 'cancelled' });
    expect(tasks.cancel(id)).toBe(false);
  });

  it('ends a task as done when the cancel lost the race', async () => {
    const { tasks, last } = setUp();
    let finish = (): void => {};
    const { id, done } = tasks.run(request, () => new Promise<void>((resolve) => (finish = resolve)));
    tasks.cancel(id);
    finish();
    await done;
    expect(last()).toMatchObject({ status: 'done' });
  });

  it('does not cancel what cannot be cancelled, or what is not there', () => {
    const { tasks } = setUp();
    const { work } = held();
    const { id } = tasks.run({ ...request, cancellable: false }, work);
    expect(tasks.cancel(id)).toBe(false);
    expect(tasks.cancel('made up')).toBe(false);
  });

  it('keeps the last 200 that ended, and forgets those too when asked', async () => {
    const { tasks, removed } = setUp();
    const ids: string[] = [];
    for (let i = 0; i < 205; i += 1) {
      const { id, done } = tasks.run(request, async () => undefined);
      await done;
      ids.push(id);
    }
    expect(removed).toEqual(ids.slice(0, 5));
    expect(tasks.clear()).toBe(200);
    expect(removed).toEqual(ids);
  });

  it('refuses more than 200 at once', () => {
    const { tasks } = setUp();
    const { work } = held();
    for (let i = 0; i < 200; i += 1) tasks.run(request, work);
    expect(() => tasks.run(request, work)).toThrow('200 operations are running already.');
  });

  it('asks all to stop at the end, and waits for them', async () => {
    const { tasks, last } = setUp();
    const { work } = held();
    tasks.run(request, work);
    await tasks.stop(1000);
    expect(last()).toMatchObject({ status: 'cancelled', error: { message: 'Domus is closing.' } });
  });
});
