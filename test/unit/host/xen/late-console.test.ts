import { describe, expect, it } from 'vitest';
import { LateConsole } from '../../../../engine/host/xen/streams/late-console.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const passed = (console: LateConsole, ...parts: string[]): string =>
  parts.map((part) => Buffer.from(console.pass(bytes(part))).toString()).join('');

describe('the first words of xl console', () => {
  it('are not the guest’s when the tool says that there is no console yet', () => {
    const console = new LateConsole();
    const said = ['xenconsole', ': Could not read tty from store: No such file', ' or directory\r\n'];
    expect(passed(console, ...said)).toBe('');
    expect(console.refused).toBe(true);
  });

  it('are passed on whole when they are the guest’s, also when they begin alike', () => {
    const console = new LateConsole();
    expect(passed(console, 'xe')).toBe('xe');
    expect(passed(console, 'n is here\r\n', 'xenconsole: what the guest says later')).toBe(
      'n is here\r\nxenconsole: what the guest says later',
    );
    expect(console.refused).toBe(false);
  });

  it('are passed on when there is no end of them', () => {
    const console = new LateConsole();
    const flood = `xenconsole: ${'x'.repeat(20_000)}`;
    expect(passed(console, flood)).toBe(flood);
  });
});
