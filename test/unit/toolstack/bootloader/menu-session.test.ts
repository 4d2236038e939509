import { describe, expect, it } from 'vitest';
import { MenuSession } from '../../../../engine/toolstack/bootloader/menu-session.ts';

const session = (more: Partial<ConstructorParameters<typeof MenuSession>[0]> = {}) =>
  new MenuSession({
    heading: 'pygrub: web',
    titles: ['Old', 'New', 'Rescue'],
    defaultEntry: 1,
    timeoutSeconds: 3,
    ...more,
  });

/** Text as a person reads it, without the terminal's sequences. */
const readable = (text: string): string => text.replace(/\x1b\[[0-9;]*[A-Za-z]/g, '');

describe('the boot menu', () => {
  it('shows its entries, the selected one marked, and the countdown', () => {
    expect(
      readable(session().draw())
        .split('\r\n')
        .map((line) => line.replace('\r', '')),
    ).toEqual([
      'pygrub: web',
      '',
      '  1  Old',
      '> 2  New',
      '  3  Rescue',
      '',
      'Arrows or a number select, Enter boots.',
      'Booting the selected entry in 3 s; any key stops the countdown.',
      '',
    ]);
  });

  it('takes the default entry when the time is up', () => {
    const menu = session();
    menu.draw();
    expect(readable(menu.tick())).toContain('in 2 s');
    menu.tick();
    expect(menu.choice).toBeNull();
    expect(readable(menu.tick())).toContain('Booting New');
    expect(menu).toMatchObject({ choice: 1, counting: false });
  });

  it('stops counting at any key', () => {
    const menu = session();
    menu.type(' ');
    expect(menu.counting).toBe(false);
    for (let second = 0; second < 10; second += 1) expect(menu.tick()).toBe('');
    expect(menu.choice).toBeNull();
  });

  it.each([
    ['Enter', '\r', 1],
    ['a newline', '\n', 1],
    ['up', '\x1b[A\r', 0],
    ['down', '\x1b[B\r', 2],
    ['application cursor keys', '\x1bOA\r', 0],
    ['control keys', '\x10\x0e\x0e\r', 2],
    ['beyond the end', '\x1b[B\x1b[B\x1b[B\x1b[B\r', 2],
    ['Home and End', '\x1b[H\x1b[F\r', 2],
    ['a number', '1\r', 0],
    ['a number that is not there', '9\r', 1],
    ['unknown keys', 'x\x1b[24~\t\x7f\r', 1],
    ['a long sequence', `\x1b[${'1;'.repeat(50)}A1\r`, 0],
  ])('is worked with %s', (_, keys, choice) => {
    const menu = session();
    menu.type(keys);
    expect(menu.choice).toBe(choice);
  });

  it('understands keys that come in pieces', () => {
    const menu = session();
    for (const piece of ['\x1b', '[', 'B', '\r']) menu.type(piece);
    expect(menu.choice).toBe(2);
  });

  it('takes numbers of two digits and scrolls to them', () => {
    const menu = session({ titles: Array.from({ length: 40 }, (_, index) => `Linux ${index + 1}`) });
    menu.draw();
    const shown = readable(menu.type('27'));
    expect(shown).toContain('> 27  Linux 27');
    expect(shown.split('\r\n').length).toBeLessThan(20);
    menu.type('\r');
    expect(menu.choice).toBe(26);
  });

  it('waits without end when there is no timeout, and ignores what comes after the choice', () => {
    const menu = session({ timeoutSeconds: -1 });
    expect(readable(menu.draw())).toContain('Waiting for a choice.');
    expect(menu.tick()).toBe('');
    menu.type('\r1\r');
    expect(menu.choice).toBe(1);
    expect(menu.type('1\r')).toBe('');
    expect(menu.choice).toBe(1);
  });

  it('never writes control characters of a title', () => {
    const text = session({ titles: ['\x1b]0;owned\x07', 'b'.repeat(500)] }).draw();
    expect(text).not.toContain('\x1b]');
    expect(text).not.toContain('\x07');
    expect(text).not.toContain('b'.repeat(100));
  });
});
