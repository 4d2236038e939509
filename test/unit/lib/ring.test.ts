import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteRing } from '../../../engine/lib/byte-ring.ts';
import { Ring } from '../../../engine/lib/ring.ts';

describe('Ring', () => {
  it('keeps the last items, oldest first', () => {
    const ring = new Ring<number>(3);
    for (const n of [1, 2, 3, 4, 5]) ring.push(n);
    expect([...ring]).toEqual([3, 4, 5]);
    expect([ring.at(0), ring.at(2), ring.at(-1), ring.at(3), ring.at(-4)]).toEqual([
      3,
      5,
      5,
      undefined,
      undefined,
    ]);
    expect(ring.last(2)).toEqual([4, 5]);
    expect([ring.length, ring.pushed]).toEqual([3, 5]);
    ring.clear();
    expect([...ring]).toEqual([]);
    ring.push(6);
    expect(ring.at(-1)).toBe(6);
  });

  it('equals the tail of everything pushed', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.integer({ min: 1, max: 9 }), (items, capacity) => {
        const ring = new Ring<number>(capacity);
        items.forEach((item) => ring.push(item));
        expect([...ring]).toEqual(items.slice(-capacity));
        expect(ring.at(-1)).toBe(items.at(-1));
      }),
    );
  });

  it.each([0, -1, 1.5, Number.NaN])('refuses capacity %s', (capacity) => {
    expect(() => new Ring(capacity)).toThrow(RangeError);
    expect(() => new ByteRing(capacity)).toThrow(RangeError);
  });
});

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (data: Uint8Array): string => new TextDecoder().decode(data);

describe('ByteRing', () => {
  it('reads from an absolute offset and tells what was lost', () => {
    const ring = new ByteRing(4);
    ring.append(bytes('abc'));
    ring.append(bytes('def'));
    expect([ring.start, ring.end, ring.length]).toEqual([2, 6, 4]);
    const all = ring.read(0);
    expect({ ...all, bytes: text(all.bytes) }).toEqual({ start: 2, end: 6, lost: 2, bytes: 'cdef' });
    const next = ring.read(5);
    expect({ ...next, bytes: text(next.bytes) }).toEqual({ start: 5, end: 6, lost: 0, bytes: 'f' });
  });

  it('returns at most what was asked, and nothing from the future', () => {
    const ring = new ByteRing(8);
    ring.append(bytes('abcdef'));
    expect(text(ring.read(1, 2).bytes)).toBe('bc');
    expect(ring.read(1, 2).end).toBe(3);
    expect(ring.read(10)).toEqual({ start: 10, end: 10, lost: 0, bytes: new Uint8Array(0) });
  });

  it('forgets on clear while offsets go on', () => {
    const ring = new ByteRing(8);
    ring.append(bytes('abc'));
    ring.clear();
    ring.append(bytes('d'));
    const read = ring.read(0);
    expect([read.lost, text(read.bytes)]).toEqual([3, 'd']);
  });

  it('hands out copies', () => {
    const ring = new ByteRing(4);
    ring.append(bytes('ab'));
    ring.read().bytes.fill(0);
    expect(text(ring.read().bytes)).toBe('ab');
  });

  it('holds the tail of the stream after any appends, also around growth', () => {
    const chunks = fc.array(fc.uint8Array({ maxLength: 1500, size: 'max' }), { maxLength: 8 });
    fc.assert(
      fc.property(chunks, fc.integer({ min: 1, max: 3000 }), fc.nat(6000), (parts, capacity, offset) => {
        const ring = new ByteRing(capacity);
        parts.forEach((part) => ring.append(part));
        const stream = Buffer.concat(parts);
        expect(ring.end).toBe(stream.length);
        expect(Buffer.from(ring.read().bytes).equals(stream.subarray(-capacity))).toBe(true);
        const read = ring.read(offset);
        expect(Buffer.from(read.bytes).equals(stream.subarray(read.start, read.end))).toBe(true);
        expect(read.start).toBe(offset + read.lost);
      }),
    );
  });
});
