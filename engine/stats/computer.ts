import { readFileSync } from 'node:fs';
import { cpus, freemem, totalmem } from 'node:os';
import type { Sample } from '../api/index.ts';
import { RateMeter } from './rates.ts';

/** What the computer has done and has in use: cumulative but for the memory. */
interface Look {
  /** CPU time of all CPUs together, busy and in total, in any one unit. */
  readonly busy: number;
  readonly total: number;
  readonly memoryKiB: number;
  readonly readBytes: number;
  readonly writeBytes: number;
  readonly rxBytes: number;
  readonly txBytes: number;
}

/** Where figures come from; a look costs well below a millisecond and starts no process. */
interface Source {
  look(): Look;
}

const wholeDisk = /^(?:[shv]d[a-z]+|xvd[a-z]+|nvme\d+n\d+|mmcblk\d+)$/;
const sectorBytes = 512;

function lines(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n');
  } catch {
    return [];
  }
}

/** /proc/stat: user nice system idle iowait irq softirq steal. */
export function parseCpuLine(line: string): { busy: number; total: number } {
  const times = line.trim().split(/\s+/).slice(1, 9).map(Number);
  const total = times.reduce((sum, time) => sum + time, 0);
  return { busy: total - (times[3] ?? 0) - (times[4] ?? 0), total };
}

/** /proc/meminfo: what cannot be had without taking it from somebody, KiB. */
export function parseMemoryInUse(meminfo: readonly string[]): number {
  const value = (key: string): number => {
    const found = meminfo.find((line) => line.startsWith(`${key}:`));
    return Number(/(\d+) kB/.exec(found ?? '')?.[1] ?? 0);
  };
  return Math.max(0, value('MemTotal') - value('MemAvailable'));
}

/** /proc/diskstats: bytes of whole disks; partitions and what is stacked on disks would count twice. */
export function parseDiskBytes(diskstats: readonly string[]): { readBytes: number; writeBytes: number } {
  let readBytes = 0;
  let writeBytes = 0;
  for (const line of diskstats) {
    const fields = line.trim().split(/\s+/);
    if (!wholeDisk.test(fields[2] ?? '')) continue;
    readBytes += Number(fields[5] ?? 0) * sectorBytes;
    writeBytes += Number(fields[9] ?? 0) * sectorBytes;
  }
  return { readBytes, writeBytes };
}

/** /proc/net/dev: bytes of all interfaces but the loopback. */
export function parseNetBytes(netdev: readonly string[]): { rxBytes: number; txBytes: number } {
  let rxBytes = 0;
  let txBytes = 0;
  for (const line of netdev) {
    const match = /^\s*([^:\s]+):\s*(.*)$/.exec(line);
    if (!match || match[1] === 'lo') continue;
    const fields = (match[2] ?? '').split(/\s+/).map(Number);
    rxBytes += fields[0] ?? 0;
    txBytes += fields[8] ?? 0;
  }
  return { rxBytes, txBytes };
}

const linux: Source = {
  look: () => ({
    ...parseCpuLine(lines('/proc/stat')[0] ?? ''),
    memoryKiB: parseMemoryInUse(lines('/proc/meminfo')),
    ...parseDiskBytes(lines('/proc/diskstats')),
    ...parseNetBytes(lines('/proc/net/dev')),
  }),
};

/** Asking for these figures starts processes on other systems: seldom, and never two at a time. */
const slowEveryMs = 10_000;

class Elsewhere implements Source {
  #io = { readBytes: 0, writeBytes: 0, rxBytes: 0, txBytes: 0 };
  #asking = false;
  #askedMs = -Infinity;

  look(): Look {
    void this.#askSlowly();
    let busy = 0;
    let total = 0;
    for (const { times } of cpus()) {
      const sum = times.user + times.nice + times.sys + times.idle + times.irq;
      total += sum;
      busy += sum - times.idle;
    }
    return { busy, total, memoryKiB: Math.round((totalmem() - freemem()) / 1024), ...this.#io };
  }

  async #askSlowly(): Promise<void> {
    if (this.#asking || performance.now() - this.#askedMs < slowEveryMs) return;
    this.#asking = true;
    this.#askedMs = performance.now();
    try {
      const { fsStats, networkStats } = await import('systeminformation');
      const [disk, nets] = await Promise.all([
        fsStats().catch(() => null),
        networkStats('*').catch(() => []),
      ]);
      const sum = (key: 'rx_bytes' | 'tx_bytes'): number =>
        nets.reduce((bytes, net) => bytes + (net[key] || 0), 0);
      this.#io = {
        readBytes: disk?.rx || 0,
        writeBytes: disk?.wx || 0,
        rxBytes: sum('rx_bytes'),
        txBytes: sum('tx_bytes'),
      };
    } catch {
      // Not to be had on this system: these figures stay what they are.
    } finally {
      this.#asking = false;
    }
  }
}

/** The computer as a whole, looked at once a second. */
export class Computer {
  readonly #source: Source;
  readonly #meter = new RateMeter();
  #before: Look | null = null;

  constructor(source: Source = process.platform === 'linux' ? linux : new Elsewhere()) {
    this.#source = source;
  }

  /** Figures since the previous look; null for the first one. CPU percent is of all CPUs together, 0..100. */
  sample(nowNs: number): Sample | null {
    const now = this.#source.look();
    const before = this.#before;
    this.#before = now;
    const rates = this.#meter.look({ ...now, atNs: nowNs, cpuTimeNs: 0 });
    if (!rates || !before) return null;
    const total = now.total - before.total;
    const busy = now.busy - before.busy;
    return { ...rates, cpuPercent: total > 0 ? Math.min(100, Math.max(0, (100 * busy) / total)) : 0 };
  }
}
