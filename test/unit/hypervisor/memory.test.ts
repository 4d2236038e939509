import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type GuestMemorySpec, memoryNeed, MemoryLedger } from '../../../engine/hypervisor/index.ts';

const MiB = 1024;

/** 1 GiB for everybody, 256 MiB of it Domain-0's. */
const host = (): MemoryLedger => new MemoryLedger({ totalKiB: 1024 * MiB, dom0KiB: 256 * MiB });

const guest = (memoryMiB: number, maxMiB = memoryMiB): GuestMemorySpec => ({
  type: 'hvm',
  targetKiB: memoryMiB * MiB,
  staticMaxKiB: maxMiB * MiB,
  maxVcpus: 1,
});

describe('what a guest needs to start', () => {
  it.each<[string, Partial<GuestMemorySpec>, number, number]>([
    ['hvm', {}, 4 * (256 + 128), 128 * MiB + 1536 + 2048],
    ['hvm without hap', { hap: false }, 4 * (256 + 256), 128 * MiB + 2048 + 2048],
    ['pvh with 4 vCPUs', { type: 'pvh', maxVcpus: 4 }, 4 * (1024 + 128), 128 * MiB + 4608 + 2048],
    ['pv', { type: 'pv' }, 4 * (256 + 128), 128 * MiB + 1536 + 1024],
    ['paging pool given', { pagingKiB: 8192 }, 8192, 128 * MiB + 8192 + 2048],
    ['ballooned down', { targetKiB: 64 * MiB }, 4 * (256 + 128), 64 * MiB + 1536 + 2048],
  ])('%s: paging pool and the sum rounded up to 2 MiB', (_name, change, pagingKiB, sumKiB) => {
    const need = memoryNeed({ ...guest(128), ...change });
    expect(need.pagingKiB).toBe(pagingKiB);
    expect(need.totalKiB).toBe(Math.ceil(sumKiB / 2048) * 2048);
  });
});

describe('the ledger', () => {
  it('claims first, hands out when built, and gets all back', () => {
    const ledger = host();
    const need = ledger.reserve(1, guest(128));
    expect(need.ok && need.value.totalKiB).toBe(132 * MiB);
    expect(ledger.host()).toMatchObject({ freeKiB: (768 - 132) * MiB, outstandingClaimsKiB: 128 * MiB });
    ledger.populate(1, 100 * MiB);
    expect(ledger.domain(1)).toMatchObject({ currentKiB: 100 * MiB, claimKiB: 28 * MiB });
    ledger.populate(1);
    expect(ledger.populate(1, 1)).toMatchObject({ errno: 'EINVAL' });
    expect(ledger.host()).toMatchObject({ freeKiB: (768 - 132) * MiB, outstandingClaimsKiB: 0 });
    ledger.remove(1);
    expect(ledger.host().freeKiB).toBe(768 * MiB);
  });

  it('refuses with the exact figures, and reserves nothing then', () => {
    const ledger = host();
    const refused = ledger.reserve(1, guest(800));
    expect(refused).toEqual({
      ok: false,
      errno: 'ENOMEM',
      message: 'The domain needs 808 MiB but 768 MiB are free: 40 MiB short.',
      needKiB: 808 * MiB,
      freeKiB: 768 * MiB,
      shortfallKiB: 40 * MiB,
    });
    expect(ledger.host().freeKiB).toBe(768 * MiB);
  });

  it('gives the hypervisor maximum xentop shows: memory + 1 MiB', () => {
    const ledger = host();
    ledger.reserve(1, guest(128, 256));
    expect(ledger.domain(1)?.maxKiB).toBe(132096);
    ledger.setTarget(1, 200 * MiB);
    expect(ledger.domain(1)?.maxKiB).toBe(201 * MiB);
    ledger.setStaticMax(1, 300 * MiB);
    expect(ledger.domain(1)).toMatchObject({ maxKiB: 301 * MiB, staticMaxKiB: 300 * MiB });
  });

  it.each<[string, (ledger: MemoryLedger) => unknown, string]>([
    [
      'mem-set above the static maximum',
      (l) => l.setTarget(1, 257 * MiB),
      'memory_dynamic_max must be less than or equal to memory_static_max',
    ],
    [
      'mem-max below the target',
      (l) => l.setStaticMax(1, 127 * MiB),
      'memory_static_max must be greater than or equal to memory_dynamic_max',
    ],
    [
      'mem-set of Domain-0 below 128 MiB',
      (l) => l.setTarget(0, 127 * MiB),
      'new target 130048 for dom0 is below the minimum threshold',
    ],
    ['mem-set of nobody', (l) => l.setTarget(9, 64 * MiB), 'Domain 9 does not exist.'],
    ['a fraction', (l) => l.setTarget(1, 0.5), '0.5 KiB is not an amount of memory.'],
    ['nothing at all', (l) => l.resize(1, 0), '0 KiB is not an amount of memory.'],
    ['a second reservation', (l) => l.reserve(1, guest(1)), 'Domain 1 has memory already.'],
    [
      'memory above its own maximum',
      (l) => l.reserve(2, guest(64, 32)),
      'The maximum memory must not be less than the memory.',
    ],
  ])('refuses %s', (_name, act, message) => {
    const ledger = host();
    ledger.reserve(1, guest(128, 256));
    expect(act(ledger)).toMatchObject({ ok: false, message });
  });

  it('lets a balloon shrink at once, grow to the target + 1 MiB, and no further than what is free', () => {
    const ledger = host();
    ledger.reserve(1, guest(128, 1024));
    ledger.populate(1);
    ledger.setTarget(1, 64 * MiB);
    expect(ledger.resize(1, 64 * MiB)).toEqual({ ok: true, value: 64 * MiB });
    expect(ledger.resize(1, 128 * MiB)).toEqual({ ok: true, value: 65 * MiB });
    ledger.setTarget(1, 1024 * MiB);
    const free = ledger.host().freeKiB;
    expect(ledger.resize(1, 1024 * MiB)).toEqual({ ok: true, value: 65 * MiB + free });
    expect(ledger.host().freeKiB).toBe(0);
  });

  it('tells how far Domain-0 has to go down for a new guest', () => {
    const ledger = host();
    expect(ledger.planAutoballoon(700 * MiB)).toEqual({ ok: true, value: { dom0TargetKiB: 256 * MiB } });
    expect(ledger.planAutoballoon(800 * MiB)).toEqual({ ok: true, value: { dom0TargetKiB: 224 * MiB } });
    expect(ledger.planAutoballoon(897 * MiB)).toMatchObject({
      errno: 'ENOMEM',
      freeKiB: 896 * MiB,
      shortfallKiB: MiB,
    });
  });

  it('changes the size of the host down to what is in use', () => {
    const ledger = host();
    ledger.reserve(1, guest(128));
    expect(ledger.setTotal(387 * MiB)).toMatchObject({ errno: 'ENOMEM', shortfallKiB: MiB });
    expect(ledger.setTotal(388 * MiB).ok).toBe(true);
    expect(ledger.host().freeKiB).toBe(0);
  });

  it('cannot describe a host smaller than its Domain-0', () => {
    expect(() => new MemoryLedger({ totalKiB: 100, dom0KiB: 101 })).toThrow(RangeError);
  });

  it('always adds up and never goes below nothing, whatever is asked', () => {
    const amount = fc.integer({ min: -1, max: 900 * MiB });
    const step = fc.record({
      act: fc.constantFrom(
        'reserve',
        'populate',
        'resize',
        'setTarget',
        'setStaticMax',
        'remove',
        'setTotal',
      ),
      domid: fc.integer({ min: 0, max: 4 }),
      kib: amount,
      moreKiB: amount,
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const ledger = host();
        for (const { act, domid, kib, moreKiB } of steps) {
          if (act === 'reserve') {
            ledger.reserve(domid, { type: 'pv', targetKiB: kib, staticMaxKiB: kib + moreKiB, maxVcpus: 1 });
          } else if (act === 'remove') ledger.remove(domid);
          else if (act === 'setTotal') ledger.setTotal(kib);
          else ledger[act as 'populate'](domid, kib);
          const { totalKiB, freeKiB, xenKiB, overheadKiB, outstandingClaimsKiB } = ledger.host();
          const current = [0, 1, 2, 3, 4].reduce((sum, id) => sum + (ledger.domain(id)?.currentKiB ?? 0), 0);
          expect(freeKiB).toBeGreaterThanOrEqual(0);
          expect(freeKiB + xenKiB + overheadKiB + outstandingClaimsKiB + current).toBe(totalKiB);
        }
      }),
    );
  });
});
