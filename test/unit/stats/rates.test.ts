import { describe, expect, it } from 'vitest';
import { type Counters, RateMeter, rates } from '../../../engine/stats/rates.ts';

const at = (seconds: number, more: Partial<Counters> = {}): Counters => ({
  atNs: seconds * 1e9,
  cpuTimeNs: 0,
  memoryKiB: 65_536,
  readBytes: 0,
  writeBytes: 0,
  rxBytes: 0,
  txBytes: 0,
  ...more,
});

describe('rates between two looks', () => {
  it('are per second, CPU in percent of one processor', () => {
    const before = at(10, { cpuTimeNs: 1e9, readBytes: 100, txBytes: 7 });
    const now = at(12, { cpuTimeNs: 2.5e9, readBytes: 300, txBytes: 7, memoryKiB: 32_768 });
    expect(rates(before, now)).toEqual({
      cpuPercent: 75,
      memoryKiB: 32_768,
      readBps: 100,
      writeBps: 0,
      rxBps: 0,
      txBps: 0,
    });
  });

  it.each([
    ['too close together', at(1), at(1.01)],
    ['a counter went back', at(1, { rxBytes: 5 }), at(2, { rxBytes: 4 })],
    ['the CPU time went back', at(1, { cpuTimeNs: 5 }), at(2)],
  ])('cannot be told: %s', (_, before, now) => {
    expect(rates(before, now)).toBeNull();
  });

  it('need a first look', () => {
    const meter = new RateMeter();
    expect(meter.look(at(1))).toBeNull();
    expect(meter.look(at(2, { writeBytes: 10 }))?.writeBps).toBe(10);
    expect(meter.look(at(3))).toBeNull();
    expect(meter.look(at(4))?.writeBps).toBe(0);
  });
});
