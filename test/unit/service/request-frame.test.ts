import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  maxDepth,
  maxMessageChars,
  readRequestFrame,
} from '../../../engine/service/transport/request-frame.ts';

const json = (value: unknown): string => JSON.stringify(value);
const nested = (depth: number): unknown => (depth === 0 ? 0 : [nested(depth - 1)]);
const body = (value: unknown, meta?: unknown) => ({ i: '1', p: { u: '/a/b', b: { json: value, meta } } });

describe('readRequestFrame', () => {
  it.each([
    ['a call without input', json({ i: '1', p: { u: '/engine/info', b: {} } }), { type: 'call', id: '1' }],
    ['a call with input', json(body({ host: 'local' })), { type: 'call', id: '1' }],
    ['a call with an undefined field', json(body({ x: null }, [[3, 'x']])), { type: 'call', id: '1' }],
    ['an abort', json({ i: 'zz', t: 4 }), { type: 'abort', id: 'zz' }],
    ['nesting up to the limit', json(body(nested(maxDepth - 3))), { type: 'call', id: '1' }],
    ['brackets within text', json(body('['.repeat(100) + '\\"[[['.repeat(50))), { type: 'call', id: '1' }],
  ])('lets %s pass', (_case, message, expected) => {
    expect(readRequestFrame(message)).toEqual(expected);
  });

  it.each([
    ['nesting beyond the limit', json(body(nested(maxDepth)))],
    ['a message beyond the limit', json(body('x'.repeat(maxMessageChars)))],
    ['special values other than undefined', json(body('1', [[0, 'x']]))],
    ['too many notes', json(body(null, Array(300).fill([3, 'x'])))],
    ['unknown fields', json({ ...body(1), extra: 1 })],
    ['a path with an encoding', json({ i: '1', p: { u: '/%2e%2e/x' } })],
    ['a very long id', json({ ...body(1), i: 'x'.repeat(40) })],
    ['a prototype as payload', '{"i":"1","p":{"__proto__":{"u":"/a/b"}}}'],
    ['nothing', ''],
  ])('refuses %s', (_case, message) => {
    expect(readRequestFrame(message)).toMatchObject({ type: 'bad' });
  });

  it('refuses what is not text', () => {
    expect(readRequestFrame(new Uint8Array(3))).toMatchObject({ type: 'bad' });
    expect(readRequestFrame(null)).toMatchObject({ type: 'bad' });
  });

  it('never throws, whatever the text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(['call', 'abort', 'bad']).toContain(readRequestFrame(text).type);
      }),
    );
  });
});
