import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shutdownCodeOf, watchdogSecondsOf } from '../../../engine/toolstack/guest-calls.ts';

describe('what a guest writes to be heard', () => {
  it.each([
    ['poweroff', 0],
    ['reboot\n', 1],
    ['suspend', 2],
    ['crash', 3],
    ['watchdog', 4],
    ['soft_reset', 5],
    ['soft-reset', 5],
    ['255', 255],
    ['256', null],
    ['-1', null],
    ['', null],
    ['toString', null],
    ['1.5', null],
  ])('%j is the reason %s', (text, code) => {
    expect(shutdownCodeOf(text)).toBe(code);
  });

  it.each([
    ['30', 30],
    ['0', 0],
    ['86400', 86_400],
    ['86401', null],
    ['', null],
    ['1e3', null],
  ])('%j is a watchdog of %s s', (text, seconds) => {
    expect(watchdogSecondsOf(text)).toBe(seconds);
  });

  it('is never more than what it may be', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 12 }), (text) => {
        const code = shutdownCodeOf(text);
        const seconds = watchdogSecondsOf(text);
        if (code !== null) expect(code).toBeLessThanOrEqual(255);
        if (seconds !== null) expect(seconds).toBeLessThanOrEqual(86_400);
      }),
    );
  });
});
