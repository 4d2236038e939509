import type { Part } from '../../device/part.ts';
import { numberAt } from '../../device/struct.ts';

/** What xl gives a domain whose file says nothing about memory (xl-cfg reference §4). */
export const defaultMemoryKiB = 32 * 1024;

const mib = (kib: number): number => Math.floor(kib / 1024);

export const memory: Part<'memory'> = {
  kind: 'memory',
  title: 'Memory',
  read(domain) {
    const most = numberAt(domain, 'b_info', 'max_memkb');
    const target = numberAt(domain, 'b_info', 'target_memkb') ?? most ?? defaultMemoryKiB;
    return { memoryMiB: mib(target), maxMemoryMiB: mib(most ?? target) };
  },
  summary: ({ memoryMiB, maxMemoryMiB }) =>
    maxMemoryMiB > memoryMiB ? `${memoryMiB} of at most ${maxMemoryMiB} MiB` : `${memoryMiB} MiB`,
  rules: () => ({ memoryMiB: 'live', maxMemoryMiB: 'live' }),
  options({ memoryMiB, maxMemoryMiB }, domain) {
    // A file without maxmem= has its memory= as the most there is: growing that grows both, and less of it must say the most.
    const before = memory.read(domain);
    const shrinks = memoryMiB !== undefined && memoryMiB < before.maxMemoryMiB;
    const most = maxMemoryMiB ?? (shrinks ? before.maxMemoryMiB : undefined);
    return {
      ...(memoryMiB !== undefined && { memory: memoryMiB }),
      ...(most !== undefined && { maxmem: most === (memoryMiB ?? before.memoryMiB) ? null : most }),
    };
  },
};
