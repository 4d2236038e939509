import type { SampleField } from './history-columns.ts';
import { formatKiB, formatPercent, formatRate } from '../../ui/format.ts';

/** What the limits of a graph are taken from. */
export interface MetricSubject {
  readonly cpuMaxPercent: number;
  readonly memoryMaxKiB: number;
}

export interface Metric {
  readonly id: 'cpu' | 'memory' | 'disk' | 'network';
  readonly title: string;
  readonly series: readonly { field: SampleField; label: string; token: string }[];
  readonly format: (value: number) => string;
  /** Upper end of the axis; undefined: follows the data. */
  readonly max: (subject: MetricSubject) => number | undefined;
}

/** The graphs of a domain or a host, in the order they are shown. */
export const metrics: readonly Metric[] = [
  {
    id: 'cpu',
    title: 'CPU',
    series: [{ field: 'cpuPercent', label: 'used', token: '--cpu' }],
    format: formatPercent,
    max: ({ cpuMaxPercent }) => cpuMaxPercent,
  },
  {
    id: 'memory',
    title: 'Memory',
    series: [{ field: 'memoryKiB', label: 'current', token: '--mem' }],
    format: formatKiB,
    max: ({ memoryMaxKiB }) => memoryMaxKiB,
  },
  {
    id: 'disk',
    title: 'Disk',
    series: [
      { field: 'readBps', label: 'read', token: '--disk' },
      { field: 'writeBps', label: 'write', token: '--disk-2' },
    ],
    format: formatRate,
    max: () => undefined,
  },
  {
    id: 'network',
    title: 'Network',
    series: [
      { field: 'rxBps', label: 'in', token: '--net' },
      { field: 'txBps', label: 'out', token: '--net-2' },
    ],
    format: formatRate,
    max: () => undefined,
  },
];
