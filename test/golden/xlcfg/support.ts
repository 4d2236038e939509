import { readFileSync } from 'node:fs';
import type { HostFacts } from '../../../engine/xlcfg/index.ts';

/** The host the recorded cases were made on: 16 pCPUs in two NUMA nodes of 8. */
export const HOST: HostFacts = {
  topology: {
    cpuCount: 16,
    nodes: [
      [0, 1, 2, 3, 4, 5, 6, 7],
      [8, 9, 10, 11, 12, 13, 14, 15],
    ],
  },
  randomUuid: () => '00000000-0000-4000-8000-000000000001',
  firmwareDirectory: '/usr/lib/xen-4.17/boot',
};

export function fixture(path: string): string {
  return readFileSync(new URL(path, import.meta.url), 'utf8');
}

/** One JSON value per line. */
export function jsonLines<T>(path: string): T[] {
  return fixture(path)
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as T);
}
