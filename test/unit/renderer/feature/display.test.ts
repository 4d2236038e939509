import { describe, expect, test } from 'vitest';
import { consoleOf } from '../../../../renderer/client/console-target.ts';
import {
  combos,
  parseCombo,
  parseMacro,
  sendMacro,
} from '../../../../renderer/feature/display/key-combos.ts';
import { layoutIds, strokeOf } from '../../../../renderer/feature/display/keyboard-layouts.ts';
import {
  charOf,
  keysymOf,
  maxTyped,
  pressStroke,
  typeText,
} from '../../../../renderer/feature/display/typing.ts';
import { beginStream, rfbTransport } from '../../../../renderer/feature/display/rfb-transport.ts';
import { channelOn } from '../../../../renderer/client/raw-channel.ts';
import { decodeFrame, encodeFrame, type Frame } from '../../../../engine/api/channel.ts';
import { screenshotName } from '../../../../renderer/ui/screenshot-name.ts';

function recorder(): { keys: string[]; sink: (keysym: number, code: string, down: boolean) => void } {
  const keys: string[] = [];
  return { keys, sink: (_keysym, code, down) => keys.push(`${down ? '+' : '-'}${code}`) };
}

describe('keys that are sent', () => {
  test('are pressed in order and let go in the opposite one', () => {
    const { keys, sink } = recorder();
    expect(sendMacro(sink, 'Ctrl+Alt+Del')).toBe(true);
    expect(keys).toEqual(['+ControlLeft', '+AltLeft', '+Delete', '-Delete', '-AltLeft', '-ControlLeft']);
  });

  test('every combination of the menu can be read, and there are at least sixteen', () => {
    const offered = combos.filter((combo) => combo !== null);
    expect(offered.length).toBeGreaterThanOrEqual(16);
    for (const combo of offered) expect(parseCombo(combo)).toHaveProperty('keys');
  });

  test('a macro is several combinations', () => {
    const { keys, sink } = recorder();
    expect(sendMacro(sink, ' Alt+F2  l s enter ')).toBe(true);
    expect(keys.filter((key) => key.startsWith('+'))).toEqual([
      '+AltLeft',
      '+F2',
      '+KeyL',
      '+KeyS',
      '+Enter',
    ]);
  });

  test.each([
    ['', /joined by \+/],
    ['Ctrl++A', /nothing beside it/],
    ['Ctrl+Foo', /no key called “Foo”/],
    ['A+B+C+D+E+F+G', /six keys/],
  ])('%j is refused with a sentence, and nothing is sent', (text, why) => {
    const { keys, sink } = recorder();
    expect(parseMacro(text)).toEqual({ why: expect.stringMatching(why) as string });
    expect(sendMacro(sink, text)).toBe(false);
    expect(keys).toEqual([]);
  });
});

describe('typing for a keyboard layout', () => {
  test.each([
    ['us', '@', ['+ShiftLeft', '+Digit2', '-Digit2', '-ShiftLeft']],
    ['gb', '@', ['+ShiftLeft', '+Quote', '-Quote', '-ShiftLeft']],
    ['de', '@', ['+AltRight', '+KeyQ', '-KeyQ', '-AltRight']],
    ['de', 'z', ['+KeyY', '-KeyY']],
    ['de', '^', ['+Backquote', '-Backquote', '+Space', '-Space']],
    ['fr', 'a', ['+KeyQ', '-KeyQ']],
    ['fr', '1', ['+ShiftLeft', '+Digit1', '-Digit1', '-ShiftLeft']],
    ['es', '[', ['+AltRight', '+BracketLeft', '-BracketLeft', '-AltRight']],
    ['it', '#', ['+AltRight', '+Quote', '-Quote', '-AltRight']],
  ] as const)('%s makes %s', (layout, char, expected) => {
    const { keys, sink } = recorder();
    const stroke = strokeOf(layout, char);
    if (!stroke) throw new Error('not on the keyboard');
    pressStroke(sink, char, stroke);
    expect(keys).toEqual(expected);
  });

  test('a Shift that the person holds is lifted for a character that must not have it', () => {
    const { keys, sink } = recorder();
    const slash = strokeOf('us', '/');
    if (!slash) throw new Error('not on the keyboard');
    pressStroke(sink, '/', slash, { shift: true });
    expect(keys).toEqual(['-ShiftLeft', '+Slash', '-Slash', '+ShiftLeft']);
  });

  test('every layout has what a shell needs', () => {
    const shell =
      'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 -_/.,:;|&<>()[]{}$#*?!"\'=+%@\\\n';
    const missing = layoutIds.flatMap((id) =>
      [...shell].filter((c) => !strokeOf(id, c)).map((c) => `${id} ${c}`),
    );
    // An Italian keyboard has no braces of its own.
    expect(missing).toEqual(['it {', 'it }']);
  });

  test('what the keyboard lacks is reported, the rest is typed', async () => {
    const { sink } = recorder();
    const result = await typeText(sink, 'us', 'é\r\nx', new AbortController().signal);
    expect(result).toEqual({ typed: 2, missing: ['é'], cut: false });
  });

  test('a text is cut at the bound, and stopped when asked to', async () => {
    const stop = new AbortController();
    stop.abort();
    const result = await typeText(() => undefined, 'us', 'x'.repeat(maxTyped + 1), stop.signal);
    expect(result).toMatchObject({ typed: 0, cut: true });
  });

  test('keysyms and characters agree', () => {
    for (const char of ['a', 'ß', 'é', 'ł', '😀']) expect(charOf(keysymOf(char))).toBe(char);
    expect(charOf(0x20ac)).toBe('€');
    expect(charOf(0xff0d)).toBeNull();
    expect(charOf(0xffffffff)).toBeNull();
  });
});

describe('the line between noVNC and the engine', () => {
  function line() {
    const sent: (Frame | null)[] = [];
    let closed = false;
    const ends = channelOn({
      post: (message) => void sent.push(decodeFrame(message)),
      close: () => (closed = true),
    });
    const events: string[] = [];
    const transport = rfbTransport(ends.channel, { onEvent: (event) => events.push(event) });
    return { ends, sent, transport, events, isClosed: () => closed };
  }

  test('gives credit first, and back for what was taken', () => {
    const { ends, sent, transport } = line();
    const got: number[] = [];
    transport.onmessage = ({ data }) => got.push(data.byteLength);
    beginStream(ends.channel);
    ends.receive(encodeFrame({ type: 'data', bytes: new Uint8Array(1000) }));
    expect(got).toEqual([1000]);
    expect(sent).toEqual([
      { type: 'credit', bytes: 1024 * 1024 },
      { type: 'credit', bytes: 1000 },
    ]);
  });

  test('cuts long writes into frames of legal size', () => {
    const { sent, transport } = line();
    transport.send(new Uint8Array(40_000));
    expect(sent.map((frame) => (frame?.type === 'data' ? frame.bytes.length : 0))).toEqual([
      16384, 16384, 7232,
    ]);
  });

  test('tells of the domain’s end, and closes both ways', () => {
    const { ends, transport, events, isClosed } = line();
    let ended = 0;
    transport.onclose = () => (ended += 1);
    ends.receive(encodeFrame({ type: 'event', event: { event: 'ended', detail: '' } }));
    expect(events).toEqual(['ended']);
    transport.close();
    expect([isClosed(), ended, transport.readyState]).toEqual([true, 1, 'closed']);
  });
});

test('a console window is told by its fragment what to show', () => {
  expect(consoleOf('#console=local%2Fabc-1')).toEqual({ host: 'local', domain: 'abc-1' });
  for (const other of ['', '#token=x', '#console=', '#console=local', '#console=local/', '#console=/x'])
    expect(consoleOf(other)).toBeNull();
});

test('screenshots sort by time and have legal names', () => {
  expect(screenshotName('a b/c', new Date(2026, 0, 2, 3, 4, 5))).toBe('a_b_c-2026-01-02-03.04.05.png');
});
