import { describe, expect, it } from 'vitest';
import { AsyncDisposableStack, DisposableStack } from '../../../engine/lib/disposable.ts';

describe('DisposableStack', () => {
  it('undoes in reverse order, once', () => {
    const stack = new DisposableStack();
    const log: string[] = [];
    stack.defer(() => log.push('first'));
    stack.use({ dispose: () => void log.push('second') });
    stack.dispose();
    stack.dispose();
    expect(log).toEqual(['second', 'first']);
  });

  it('goes on when a step fails, then throws', () => {
    const stack = new DisposableStack();
    let reached = false;
    stack.defer(() => (reached = true));
    stack.defer(() => {
      throw new Error('stuck');
    });
    expect(() => stack.dispose()).toThrow('stuck');
    expect(reached).toBe(true);
  });

  it('hands its steps over', () => {
    const stack = new DisposableStack();
    const log: string[] = [];
    stack.defer(() => log.push('undone'));
    const kept = stack.move();
    stack.dispose();
    expect(log).toEqual([]);
    kept.dispose();
    expect(log).toEqual(['undone']);
  });

  it('runs late steps at once', () => {
    const stack = new DisposableStack();
    stack.dispose();
    let ran = false;
    stack.defer(() => (ran = true));
    expect(ran).toBe(true);
  });
});

describe('AsyncDisposableStack', () => {
  it('undoes one after the other in reverse order', async () => {
    const stack = new AsyncDisposableStack();
    const log: string[] = [];
    stack.defer(() => void log.push('first'));
    stack.use({
      dispose: async () => {
        log.push('second begins');
        await Promise.resolve();
        log.push('second ends');
      },
    });
    await Promise.all([stack.dispose(), stack.dispose()]);
    expect(log).toEqual(['second begins', 'second ends', 'first']);
  });

  it('collects what fails', async () => {
    const stack = new AsyncDisposableStack();
    stack.defer(() => Promise.reject(new Error('one')));
    stack.defer(() => Promise.reject(new Error('two')));
    await expect(stack.dispose()).rejects.toThrow('2 clean-up steps failed');
  });

  it('hands its steps over, and refuses late ones', async () => {
    const stack = new AsyncDisposableStack();
    let undone = false;
    stack.defer(() => void (undone = true));
    const kept = stack.move();
    await stack.dispose();
    expect(undone).toBe(false);
    expect(() => stack.defer(() => undefined)).toThrow('after it has run');
    await kept.dispose();
    expect(undone).toBe(true);
  });
});
