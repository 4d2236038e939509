import { describe, expect, it } from 'vitest';
import {
  Computer,
  parseCpuLine,
  parseDiskBytes,
  parseMemoryInUse,
  parseNetBytes,
} from '../../../engine/stats/computer.ts';

describe('figures of the computer from /proc', () => {
  it('CPU time: idle and waiting for the disk are not busy, time of guests is not counted twice', () => {
    expect(parseCpuLine('cpu  100 20 30 800 50 5 5 10 7 3')).toEqual({ busy: 170, total: 1020 });
  });

  it('memory: what is not available', () => {
    expect(parseMemoryInUse(['MemTotal:       8000 kB', 'MemFree:  100 kB', 'MemAvailable:   6000 kB'])).toBe(
      2000,
    );
    expect(parseMemoryInUse([])).toBe(0);
  });

  it('disks: whole ones, without partitions, loops and stacked devices', () => {
    const lines = [
      '   8       0 sda 10 0 100 0 20 0 200 0 0 0 0',
      '   8       1 sda1 10 0 100 0 20 0 200 0 0 0 0',
      ' 259       0 nvme0n1 10 0 1 0 20 0 2 0 0 0 0',
      ' 253       0 dm-0 10 0 100 0 20 0 200 0 0 0 0',
      '   7       0 loop0 10 0 100 0 20 0 200 0 0 0 0',
      '',
    ];
    expect(parseDiskBytes(lines)).toEqual({ readBytes: 101 * 512, writeBytes: 202 * 512 });
  });

  it('network: all interfaces but the loopback', () => {
    const lines = [
      'Inter-|   Receive                  |  Transmit',
      ' face |bytes    packets errs drop fifo frame compressed multicast|bytes',
      '    lo:  500 1 0 0 0 0 0 0 500 1 0 0 0 0 0 0',
      '  eth0:  100 1 0 0 0 0 0 0 20 1 0 0 0 0 0 0',
      'wlan0:7 1 0 0 0 0 0 0 3 1 0 0 0 0 0 0',
    ];
    expect(parseNetBytes(lines)).toEqual({ rxBytes: 107, txBytes: 23 });
  });
});

describe('samples of the computer', () => {
  it('need two looks, and are of all CPUs together', () => {
    const looks = [
      { busy: 100, total: 1000, readBytes: 0 },
      { busy: 150, total: 1200, readBytes: 4096 },
    ].map((look) => ({ memoryKiB: 5, writeBytes: 0, rxBytes: 0, txBytes: 0, ...look }));
    const computer = new Computer({ look: () => looks.shift() ?? expect.fail('too many looks') });
    expect(computer.sample(0)).toBeNull();
    expect(computer.sample(2e9)).toEqual({
      cpuPercent: 25,
      memoryKiB: 5,
      readBps: 2048,
      writeBps: 0,
      rxBps: 0,
      txBps: 0,
    });
  });

  it('come from this very computer', () => {
    const computer = new Computer();
    computer.sample(0);
    expect(computer.sample(1e9)?.memoryKiB).toBeGreaterThan(0);
  });
});
