import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Ring, RingError } from '../../../engine/guest/v86/virtio/ring.ts';

const SIZE = 8;
const DESC = 0x1000;
const AVAIL = 0x2000;
const USED = 0x3000;

/** Memory of a small guest with one queue in it, and a driver that may put anything there. */
function guest(maxBytes = 4096) {
  const bytes = new Uint8Array(0x10000);
  const view = new DataView(bytes.buffer);
  const queue = {
    size: SIZE,
    enabled: true,
    desc_addr: DESC,
    avail_addr: AVAIL,
    used_addr: USED,
    avail_last_idx: 0,
  };
  const memory = {
    bytes: () => bytes,
    write: (address: number, data: Uint8Array) => bytes.set(data, address),
  };
  const describe = (index: number, address: number, length: number, flags: number, next = 0): void => {
    const at = DESC + index * 16;
    view.setUint32(at, address, true);
    view.setUint32(at + 4, 0, true);
    view.setUint32(at + 8, length, true);
    view.setUint16(at + 12, flags, true);
    view.setUint16(at + 14, next, true);
  };
  let offered = 0;
  const offer = (head: number): void => {
    view.setUint16(AVAIL + 4 + 2 * (offered % SIZE), head, true);
    offered += 1;
    view.setUint16(AVAIL + 2, offered, true);
  };
  return { bytes, view, queue, ring: new Ring(queue, memory, { maxBytes }), describe, offer };
}

describe('A queue of a driver that keeps to the rules', () => {
  it('gives requests in order, their bytes, and takes the answers back', () => {
    const { bytes, view, ring, describe: put, offer } = guest();
    bytes.set([1, 2, 3, 4], 0x4000);
    put(0, 0x4000, 4, 1, 1);
    put(1, 0x5000, 8, 2);
    offer(0);
    expect(ring.waiting).toBe(1);
    const chain = ring.next();
    expect([...(chain?.read() ?? [])]).toEqual([1, 2, 3, 4]);
    expect([...(chain?.read(1, 2) ?? [])]).toEqual([2, 3]);
    chain?.write(Uint8Array.of(9, 8), 6);
    expect([...bytes.subarray(0x5006, 0x5008)]).toEqual([9, 8]);
    expect(chain && ring.give(chain, 8)).toBe(true);
    expect([view.getUint16(USED + 2, true), view.getUint32(USED + 8, true)]).toEqual([1, 8]);
    expect(ring.next()).toBeUndefined();
  });
});

describe('A queue of a driver that does not', () => {
  it.each<[string, (g: ReturnType<typeof guest>) => void, RegExp]>([
    ['a chain without end', (g) => g.describe(0, 0x4000, 1, 1, 0), /no end/],
    ['a descriptor outside memory', (g) => g.describe(0, 0xfff0, 0x20, 0), /outside memory/],
    ['a length beyond everything', (g) => g.describe(0, 0x4000, 0xffffffff, 0), /outside memory/],
    ['too much for one request', (g) => g.describe(0, 0, 0x2000, 0), /more than 4096/],
    ['a next descriptor that is none', (g) => g.describe(0, 0x4000, 1, 1, 99), /descriptor 99/],
    ['an indirect table', (g) => g.describe(0, 0x4000, 16, 4), /indirect/],
    [
      'something to read after the answer',
      (g) => {
        g.describe(0, 0x4000, 1, 3, 1);
        g.describe(1, 0x4000, 1, 0);
      },
      /after the room/,
    ],
  ])('is refused with %s', (_what, spoil, message) => {
    const one = guest();
    spoil(one);
    one.offer(0);
    expect(() => one.ring.next()).toThrow(message);
  });

  it('never makes the device read or write outside memory, run without end or take more than its bound', () => {
    const word = fc.integer({ min: 0, max: 0xffffffff });
    fc.assert(
      fc.property(
        fc.array(word, { maxLength: 32 }),
        fc.array(word, { maxLength: 6 }),
        word,
        (table, ring, at) => {
          const one = guest();
          table.forEach((value, index) => one.view.setUint32(DESC + index * 4, value, true));
          ring.forEach((value, index) => one.view.setUint32(AVAIL + index * 4, value, true));
          if (at % 3 === 0) one.queue.avail_addr = at | 0;
          try {
            for (let taken = 0; taken < 2 * SIZE; taken += 1) {
              const chain = one.ring.next();
              if (!chain) break;
              expect(chain.read().length).toBeLessThanOrEqual(4096);
              chain.write(new Uint8Array(chain.writableBytes));
              one.ring.give(chain, 0);
            }
          } catch (error) {
            expect(error).toBeInstanceOf(RingError);
          }
        },
      ),
    );
  });
});
