import { describe, expect, it } from 'vitest';
import { LateConsole } from '../../../../engine/host/xen/streams/late-console.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const passed = (console: LateConsole, ...parts: string[]): string =>
  parts.map((part) => Buffer.from(console.pass(bytes(part))).toString()).join('');

const mark = '@mark';
const begun = (): LateConsole => {
  const console = new LateConsole(mark);
  console.pass(bytes(mark));
  return console;
};

describe('the first words of xl console', () => {
  it('are not the guest’s when the tool says that there is no console yet', () => {
    const console = begun();
    const said = ['xenconsole', ': Could not read tty from store: No such file', ' or directory\r\n'];
    expect(passed(console, ...said)).toBe('');
    expect(console.refused).toBe(true);
  });

  it('are passed on whole when they are the guest’s, also when they begin alike', () => {
    const console = begun();
    expect(passed(console, 'xe')).toBe('xe');
    expect(passed(console, 'n is here\r\n', 'xenconsole: what the guest says later')).toBe(
      'n is here\r\nxenconsole: what the guest says later',
    );
    expect(console.refused).toBe(false);
  });

  it('are passed on when there is no end of them', () => {
    const console = begun();
    const flood = `xenconsole: ${'x'.repeat(20_000)}`;
    expect(passed(console, flood)).toBe(flood);
  });

  it('are those behind the mark, whatever stands before and however it is cut', () => {
    const console = new LateConsole(mark);
    expect(passed(console, 'Welcome\r\n^[[20;5R@ma')).toBe('');
    expect([console.begun, console.refused]).toEqual([false, false]);
    expect(passed(console, 'rk')).toBe('');
    expect([console.begun, console.refused]).toEqual([true, false]);
    expect(passed(console, '/ # ')).toBe('/ # ');
  });
});
