import { describe, expect, it } from 'vitest';
import { Emitter } from '../../../engine/lib/emitter.ts';

interface Events {
  exit: number;
  tick: void;
}

describe('Emitter', () => {
  it('calls listeners in order of subscription', () => {
    const emitter = new Emitter<Events>();
    const heard: string[] = [];
    emitter.on('exit', (code) => heard.push(`a${code}`));
    emitter.on('exit', (code) => heard.push(`b${code}`));
    emitter.emit('exit', 3);
    emitter.emit('tick');
    expect(heard).toEqual(['a3', 'b3']);
  });

  it('counts the same function once per subscription, and each leaves alone', () => {
    const emitter = new Emitter<Events>();
    let calls = 0;
    const listener = (): void => void (calls += 1);
    const off = emitter.on('tick', listener);
    emitter.on('tick', listener);
    emitter.emit('tick');
    off();
    off();
    emitter.emit('tick');
    expect(calls).toBe(3);
    expect(emitter.listenerCount('tick')).toBe(1);
  });

  it('hears once', () => {
    const emitter = new Emitter<Events>();
    const codes: number[] = [];
    emitter.once('exit', (code) => codes.push(code));
    emitter.emit('exit', 1);
    emitter.emit('exit', 2);
    expect(codes).toEqual([1]);
  });

  it('lets everyone hear before a listener error comes out', () => {
    const emitter = new Emitter<Events>();
    let heard = false;
    emitter.on('tick', () => {
      throw new Error('bad listener');
    });
    emitter.on('tick', () => (heard = true));
    expect(() => emitter.emit('tick')).toThrow('bad listener');
    expect(heard).toBe(true);
    emitter.on('tick', () => {
      throw new Error('another');
    });
    expect(() => emitter.emit('tick')).toThrow(AggregateError);
  });

  it('gives listener errors to the handler instead, when there is one', () => {
    const errors: unknown[] = [];
    const emitter = new Emitter<Events>((error, event) => errors.push([(error as Error).message, event]));
    emitter.on('exit', () => {
      throw new Error('bad');
    });
    emitter.emit('exit', 0);
    expect(errors).toEqual([['bad', 'exit']]);
  });

  it('is silent after dispose', () => {
    const emitter = new Emitter<Events>();
    let calls = 0;
    emitter.on('tick', () => (calls += 1));
    emitter.dispose();
    emitter.emit('tick');
    expect(calls).toBe(0);
  });
});
