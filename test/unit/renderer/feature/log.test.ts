import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { engineLine } from '../../../../renderer/feature/log/engine-line.ts';
import { LogBuffer, maxLineLength, maxLogLines } from '../../../../renderer/feature/log/log-buffer.ts';
import {
  LogIndex,
  matcherOf,
  segmentsOf,
  type Matcher,
} from '../../../../renderer/feature/log/log-filter.ts';

const encoder = new TextEncoder();
function fed(...chunks: string[]): LogBuffer {
  const buffer = new LogBuffer();
  for (const chunk of chunks) buffer.feed(encoder.encode(chunk));
  return buffer;
}
const linesOf = (buffer: LogBuffer): string[] =>
  Array.from({ length: buffer.end - buffer.first }, (_, at) => buffer.line(buffer.first + at));
const matcher = (text: string, regex = false): Matcher => {
  const found = matcherOf(text, regex);
  if (found === null || typeof found === 'string') throw new Error(`no matcher: ${found}`);
  return found;
};
const escape = String.fromCharCode(27);

describe('lines of a log', () => {
  it.each([
    [['one\ntwo\n'], ['one', 'two']],
    [
      ['one\ntw', 'o\nth'],
      ['one', 'two', 'th'],
    ],
    [['a\r\nb\r\n'], ['a', 'b']],
    [[`${escape}[31mred${escape}[0m\tx\n`], ['red\tx']],
    [[`${escape}]0;title\u0007text\n`], ['text']],
    [['\n\n'], ['', '']],
    [[], []],
  ])('%j', (chunks, lines) => expect(linesOf(fed(...chunks))).toEqual(lines));

  it('puts characters together that came in two pieces', () => {
    const buffer = new LogBuffer();
    for (const byte of encoder.encode('grün\n')) buffer.feed(Uint8Array.of(byte));
    expect(linesOf(buffer)).toEqual(['grün']);
  });

  it('stays bounded: oldest lines go, long lines are cut, a line without end does not grow', () => {
    const buffer = new LogBuffer();
    for (let i = 0; i < 7; i += 1) buffer.feed(encoder.encode('line\n'.repeat(10_000)));
    expect(buffer.end).toBe(70_000);
    expect(buffer.end - buffer.first).toBeLessThanOrEqual(maxLogLines);
    expect(buffer.line(0)).toBe('');
    buffer.clear();
    for (let i = 0; i < 20; i += 1) buffer.feed(encoder.encode('x'.repeat(100_000)));
    expect(buffer.line(buffer.first).length).toBe(maxLineLength + 1);
  });

  it('is the same however the stream is cut', () => {
    fc.assert(
      fc.property(fc.string(), fc.array(fc.nat(20)), (text, cuts) => {
        const bytes = encoder.encode(text);
        const whole = new LogBuffer();
        whole.feed(bytes);
        const cut = new LogBuffer();
        let at = 0;
        for (const size of [...cuts, bytes.length]) cut.feed(bytes.subarray(at, (at += size)));
        expect(linesOf(cut)).toEqual(linesOf(whole));
      }),
    );
  });
});

describe('the filter', () => {
  it.each([
    ['error', false, 'An ERROR and an error', ['ERROR', 'error']],
    ['a.c', false, 'abc a.c', ['a.c']],
    ['a.c', true, 'abc a.c', ['abc', 'a.c']],
    ['x*', true, 'abc', []],
    ['^d(om)?\\d', true, 'dom0 d1', ['dom0']],
  ])('%s (regex: %s) in “%s”', (text, regex, line, hits) => {
    const segments = segmentsOf(line, matcher(text, regex));
    expect(segments.map((segment) => segment.text).join('')).toBe(line);
    expect(segments.filter(({ hit }) => hit).map((segment) => segment.text)).toEqual(hits);
  });

  it.each(['(', '[', '*', '(a+)+', '(a|aa)*$', '(x*){3}'])(
    'says what is wrong with %s instead of hanging',
    (text) => expect(typeof matcherOf(text, true)).toBe('string'),
  );

  it('keeps up with lines that come, grow and go', () => {
    const buffer = fed('one\ntwo\n');
    const index = new LogIndex();
    index.setMatcher(matcher('t'));
    expect([...index.update(buffer)]).toEqual([1]);
    buffer.feed(encoder.encode('par'));
    expect([...index.update(buffer)]).toEqual([1]);
    buffer.feed(encoder.encode('t\n'));
    expect([...index.update(buffer)]).toEqual([1, 2]);
    index.setMatcher(null);
    expect([...index.update(buffer)]).toEqual([0, 1, 2]);
    buffer.clear();
    expect([...index.update(buffer)]).toEqual([]);
  });
});

describe('lines of the engine', () => {
  it('are written for a person', () => {
    const line = engineLine('{"level":40,"time":1795212795861,"pid":1,"worstMs":77,"msg":"It was late."}');
    expect(line).toMatch(/^\d\d:\d\d:\d\d warning It was late\. worstMs=77$/);
  });
  it.each(['plain', '{broken', '{"level":30}', '{"time":"x"}', 'null'])('stay as they are: %s', (line) =>
    expect(engineLine(line)).toBe(line),
  );
});
