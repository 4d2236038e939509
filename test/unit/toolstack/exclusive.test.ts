import { describe, expect, it } from 'vitest';
import { Exclusive } from '../../../engine/toolstack/exclusive.ts';

function setup() {
  const names: (string | null)[] = [];
  const exclusive: Exclusive = new Exclusive(
    () => 'web',
    () => names.push(exclusive.name),
  );
  return { exclusive, names };
}

/** A step that goes on until its signal is aborted. */
const endless = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));

describe('operations on one domain', () => {
  it('say when they begin and end, whatever the end', async () => {
    const { exclusive, names } = setup();
    expect(await exclusive.run('starting', null, async () => 7)).toBe(7);
    await expect(exclusive.run('pausing', null, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(names).toEqual(['starting', null, 'pausing', null]);
  });

  it('are refused while another one is in progress, naming it', async () => {
    const { exclusive } = setup();
    const first = exclusive.run('shutting-down', null, endless);
    await expect(exclusive.run('pausing', null, async () => {})).rejects.toMatchObject({
      code: 'ERROR_LOCK_FAIL',
      message: 'web is being shut down just now.',
    });
    await exclusive.take('destroying', null, async () => {});
    await expect(first).rejects.toMatchObject({ code: 'ERROR_ABORTED' });
  });

  it('end when their caller cancels them', async () => {
    const { exclusive } = setup();
    const abort = new AbortController();
    const running = exclusive.run('starting', abort.signal, endless);
    abort.abort(new Error('cancelled'));
    await expect(running).rejects.toThrow('cancelled');
    expect(exclusive.name).toBeNull();
  });

  it('are ended by force off, which waits for them to clean up', async () => {
    const { exclusive } = setup();
    const order: string[] = [];
    const first = exclusive.run('starting', null, async (signal) => {
      await endless(signal).catch(() => {});
      await Promise.resolve();
      order.push('cleaned up');
    });
    await exclusive.take('destroying', null, async () => void order.push('forced off'));
    await first;
    expect(order).toEqual(['cleaned up', 'forced off']);
  });

  it('cannot slip in between an operation and the force off that ends it', async () => {
    const { exclusive } = setup();
    const first = exclusive.run('starting', null, endless).catch(() => {});
    const taking = exclusive.take(
      'destroying',
      null,
      () => new Promise((resolve) => setImmediate(resolve, 'gone')),
    );
    const late = first.then(() => exclusive.run('pausing', null, async () => {}));
    await expect(late).rejects.toMatchObject({ code: 'ERROR_LOCK_FAIL' });
    expect(await taking).toBe('gone');
  });

  it('cannot be forced off twice at a time', async () => {
    const { exclusive } = setup();
    const first = exclusive.take('destroying', null, () => new Promise((resolve) => setImmediate(resolve)));
    await expect(exclusive.take('destroying', null, async () => {})).rejects.toMatchObject({
      message: 'web is being forced off just now.',
    });
    await first;
  });

  it('can be waited for', async () => {
    const { exclusive } = setup();
    let done = false;
    void exclusive.run('starting', null, async () => {
      await new Promise((resolve) => setImmediate(resolve));
      done = true;
    });
    await exclusive.idle();
    expect(done).toBe(true);
  });
});
