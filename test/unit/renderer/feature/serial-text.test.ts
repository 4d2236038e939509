import { describe, expect, it } from 'vitest';
import { SerialText } from '../../../../renderer/feature/domain/serial-text.ts';

const shown = (...chunks: string[]): string[] => {
  const text = new SerialText();
  for (const chunk of chunks) text.feed(new TextEncoder().encode(chunk));
  return text.tail(10);
};

describe('the preview of a serial console', () => {
  it.each([
    ['lines', 'a\r\nb\r\n', ['a', 'b']],
    ['a progress line that rewrites itself', '10%\r50%\r99%', ['99%']],
    ['backspace', 'abc\b\bX', ['aXc']],
    ['tabs', 'a\tb', ['a       b']],
    ['colours', '\x1b[1;32mok\x1b[0m', ['ok']],
    ['a window title', '\x1b]0;title\x07prompt', ['prompt']],
    ['erasing to the end of the line', 'abc\r\x1b[Kx', ['x']],
    ['clearing the screen', 'old\r\n\x1b[2Jnew', ['new']],
    ['erasing what is below, as shells do while one types', '~ # \x1b[Jls', ['~ # ls']],
    ['other control characters', 'a\x00\x07b', ['ab']],
  ])('understands %s', (_what, input, expected) => expect(shown(input)).toEqual(expected));

  it('puts together characters and sequences that come in pieces', () => {
    const text = new SerialText();
    for (const byte of new TextEncoder().encode('\x1b[32mgrün')) text.feed(Uint8Array.of(byte));
    expect(text.tail(1)).toEqual(['grün']);
  });

  it('is bounded whatever the guest sends', () => {
    const lines = shown('x'.repeat(1_000_000), '\n'.repeat(10_000), '\x1b['.repeat(10_000));
    expect(lines.every((line) => line.length <= 200)).toBe(true);
  });
});
