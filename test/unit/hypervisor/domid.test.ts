import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DomidAllocator, type DomidRequest } from '../../../engine/hypervisor/index.ts';

const second = 1e9;

function take(domids: DomidAllocator, nowNs: number, request?: DomidRequest): number | string {
  const result = domids.allocate(nowNs, request);
  return result.ok ? result.value : result.errno;
}

describe('domids', () => {
  it('only grow', () => {
    const domids = new DomidAllocator();
    expect([take(domids, 0), take(domids, 0)]).toEqual([1, 2]);
    domids.release(2, 0);
    domids.release(1, 0);
    expect(take(domids, 100 * second)).toBe(3);
  });

  it('wrap at 0x7FF0 to 1, past those that live', () => {
    const domids = new DomidAllocator(0x7fee);
    expect(take(domids, 0, { exact: 1 })).toBe(1);
    expect([take(domids, 0), take(domids, 0)]).toEqual([0x7fef, 2]);
  });

  it('rest for 60 s after their domain is gone', () => {
    const domids = new DomidAllocator(0x7fee, [{ domid: 1, atNs: 0 }]);
    expect(take(domids, 59 * second, { exact: 1 })).toBe('EBUSY');
    expect([take(domids, 59 * second), take(domids, 59 * second)]).toEqual([0x7fef, 2]);
    expect(take(domids, 60 * second, { exact: 1 })).toBe(1);
  });

  it('can be asked for, which does not move the counter', () => {
    const domids = new DomidAllocator();
    expect(take(domids, 0, { exact: 7 })).toBe(7);
    expect(take(domids, 0, { exact: 7 })).toBe('EEXIST');
    expect(take(domids, 0)).toBe(1);
    for (const exact of [0, -1, 0x7ff0, 1.5]) expect(take(domids, 0, { exact })).toBe('EINVAL');
  });

  it('can be picked at random among the free ones', () => {
    const domids = new DomidAllocator();
    const pick = (at: number): number | string => take(domids, 0, { policy: 'random', random: () => at });
    expect([pick(0), pick(0), pick(0.999999), pick(0.999999)]).toEqual([1, 2, 0x7fef, 3]);
  });

  it('run out when all are in use', () => {
    const domids = new DomidAllocator();
    for (let n = 1; n < 0x7ff0; n += 1) domids.allocate(0, { exact: n });
    expect(take(domids, 0)).toBe('ENOMEM');
    expect(take(domids, 0, { policy: 'random' })).toBe('ENOMEM');
    domids.release(5, 0);
    expect([take(domids, second), take(domids, 61 * second)]).toEqual(['ENOMEM', 5]);
  });

  it('are never held twice nor given back within 60 s, whatever comes', () => {
    const step = fc.record({
      kill: fc.boolean(),
      waitNs: fc.nat(40 * second),
      exact: fc.integer({ min: -1, max: 9 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 0, max: 0x7fef }), (steps, last) => {
        const domids = new DomidAllocator(last);
        const live: number[] = [];
        const died = new Map<number, number>();
        let nowNs = 0;
        for (const { kill, waitNs, exact } of steps) {
          nowNs += waitNs;
          const victim = kill ? live.shift() : undefined;
          if (victim !== undefined) {
            domids.release(victim, nowNs);
            died.set(victim, nowNs);
          }
          const domid = take(domids, nowNs, exact > 0 ? { exact } : {});
          if (typeof domid === 'string') continue;
          expect(live).not.toContain(domid);
          expect(nowNs - (died.get(domid) ?? -Infinity)).toBeGreaterThanOrEqual(60 * second);
          live.push(domid);
        }
      }),
    );
  });
});
