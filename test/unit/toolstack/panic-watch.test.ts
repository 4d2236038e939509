import { describe, expect, it } from 'vitest';
import { PanicWatch } from '../../../engine/toolstack/panic-watch.ts';

const reset = { reason: 'reboot', detail: 'The guest reset itself.' } as const;
const last = 'Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000000';

function after(...pieces: string[]) {
  const watch = new PanicWatch();
  for (const piece of pieces) watch.feed(Buffer.from(piece, 'latin1'));
  return watch;
}

describe('a reset after a kernel panic', () => {
  it.each([
    ['said at once', [`[ 1.2] ${last}\r\n---[ end ]---`]],
    ['said letter by letter', [...`${last}\r\n`]],
    ['cut in two', [last.slice(0, 10), last.slice(10)]],
  ])('is a crash: %s', (_, pieces) => {
    const { reason, detail } = after(...pieces).judge(reset);
    expect(reason).toBe('crash');
    expect(detail).toMatch(/^The guest reported: Kernel panic - not syncing/);
  });

  it('quotes one line without control characters', () => {
    expect(after(`${last}\x1b[0m\r\nmore`).judge(reset).detail).toBe(`The guest reported: ${last}?[0m`);
  });

  it.each([
    ['a reset without one', after('Kernel panic - almost'), reset],
    ['a power off after one', after(last), { reason: 'poweroff', detail: 'off' } as const],
    ['a crash after one', after(last), { reason: 'crash', detail: 'Triple fault.' } as const],
  ])('is told from %s', (_, watch, exit) => {
    expect(watch.judge(exit)).toEqual(exit);
  });
});
