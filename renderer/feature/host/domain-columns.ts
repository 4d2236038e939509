import type { DomainInfo } from '../../../engine/api/domain.ts';
import type { Sample } from '../../../engine/api/host.ts';
import { stateLooks } from '../../ui/domain-state.ts';
import { formatDuration, formatKiB, formatPercent, formatRate } from '../../ui/format.ts';

export interface DomainLine {
  readonly domain: DomainInfo;
  readonly sample: Sample | null;
  /** Epoch ms of the present. */
  readonly now: number;
}

/** A column of the domain table: what it sorts by and what it shows. null sorts last and shows a dash. */
export interface DomainColumn {
  readonly id: string;
  readonly title: string;
  readonly numeric: boolean;
  readonly value: (line: DomainLine) => string | number | null;
  readonly text: (line: DomainLine) => string;
}

const figure =
  (pick: (sample: Sample) => number | undefined) =>
  ({ sample }: DomainLine): number | null =>
    (sample && pick(sample)) ?? null;

function sampled(
  id: string,
  title: string,
  pick: (sample: Sample) => number | undefined,
  format: (value: number) => string,
): DomainColumn {
  const value = figure(pick);
  return {
    id,
    title,
    numeric: true,
    value,
    text: (line) => {
      const found = value(line);
      return found === null ? '–' : format(found);
    },
  };
}

/** As `xentop` shows them, in its order where it makes sense. */
export const domainColumns: readonly DomainColumn[] = [
  { id: 'name', title: 'Name', numeric: false, value: (l) => l.domain.name, text: (l) => l.domain.name },
  {
    id: 'state',
    title: 'State',
    numeric: false,
    value: (l) => stateLooks[l.domain.state].label,
    text: (l) => stateLooks[l.domain.state].label,
  },
  {
    id: 'domid',
    title: 'Domid',
    numeric: true,
    value: (l) => l.domain.domid,
    text: (l) => (l.domain.domid === null ? '–' : String(l.domain.domid)),
  },
  sampled('cpu', 'CPU', (s) => s.cpuPercent, formatPercent),
  {
    id: 'memory',
    title: 'Memory',
    numeric: true,
    value: (l) => l.domain.memoryKiB || null,
    text: (l) => (l.domain.memoryKiB ? formatKiB(l.domain.memoryKiB) : '–'),
  },
  {
    id: 'vcpus',
    title: 'vCPUs',
    numeric: true,
    value: (l) => l.domain.vcpus,
    text: (l) => String(l.domain.vcpus),
  },
  sampled(
    'time',
    'Time (s)',
    (s) => s.cpuSeconds,
    (seconds) => seconds.toFixed(1),
  ),
  sampled('read', 'Disk read', (s) => s.readBps, formatRate),
  sampled('write', 'Disk write', (s) => s.writeBps, formatRate),
  sampled('rx', 'Net in', (s) => s.rxBps, formatRate),
  sampled('tx', 'Net out', (s) => s.txBps, formatRate),
  {
    id: 'uptime',
    title: 'Uptime',
    numeric: true,
    value: (l) => (l.domain.startedAt === null ? null : l.now - l.domain.startedAt),
    text: (l) => (l.domain.startedAt === null ? '–' : formatDuration(l.now - l.domain.startedAt)),
  },
];

export interface Sorting {
  readonly column: string;
  readonly descending: boolean;
}

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

function compare(a: string | number, b: string | number): number {
  return typeof a === 'number' && typeof b === 'number' ? a - b : collator.compare(String(a), String(b));
}

/** Sorted copy; what has no value comes last either way, equals keep their order. */
export function sortLines(lines: readonly DomainLine[], { column, descending }: Sorting): DomainLine[] {
  const by = domainColumns.find(({ id }) => id === column);
  if (!by) return [...lines];
  return [...lines].sort((a, b) => {
    const [left, right] = [by.value(a), by.value(b)];
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    return compare(left, right) * (descending ? -1 : 1);
  });
}

/** What a click on a column's head does: names first A to Z, figures first the largest. */
export function nextSorting(present: Sorting, column: string): Sorting {
  const numeric = domainColumns.find(({ id }) => id === column)?.numeric ?? false;
  if (present.column !== column) return { column, descending: numeric };
  return { column, descending: !present.descending };
}
