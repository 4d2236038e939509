import type { DomainRow } from '../../../engine/api/dom0.ts';
import type { DomainInfo } from '../../../engine/api/domain.ts';
import type { Sample } from '../../../engine/api/host.ts';
import { stateLooks } from '../../ui/domain-state.ts';
import { formatBytes, formatDuration, formatKiB, formatPercent, formatRate } from '../../ui/format.ts';

export interface DomainLine {
  readonly domain: DomainInfo;
  /** What its host is called. */
  readonly host: string;
  readonly sample: Sample | null;
  /** What xentop reads: counters since creation. null when the domain is off or the host does not say. */
  readonly row: DomainRow | null;
  /** Memory of the host, for percents; 0 when not known. */
  readonly hostMemoryKiB: number;
  /** Epoch ms of the present. */
  readonly now: number;
}

/** A column of the domain table: what it sorts by and what it shows. null sorts last and shows a dash. */
export interface DomainColumn {
  readonly id: string;
  readonly title: string;
  /** What the title means, where it is not plain. */
  readonly help?: string;
  /** Word of the glossary that says it. */
  readonly term?: string;
  readonly numeric: boolean;
  /** Of the cell, in px. */
  readonly width: number;
  readonly value: (line: DomainLine) => string | number | null;
  readonly text: (line: DomainLine) => string;
}

type Pick = (line: DomainLine) => number | null | undefined;

function figure(
  id: string,
  title: string,
  width: number,
  pick: Pick,
  format: (value: number) => string,
  help?: string,
): DomainColumn {
  const value = (line: DomainLine): number | null => pick(line) ?? null;
  const text = (line: DomainLine): string => {
    const found = value(line);
    return found === null ? '–' : format(found);
  };
  return { id, title, width, numeric: true, value, text, ...(help ? { help } : {}) };
}

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

const nets = (field: 'txBytes' | 'rxBytes'): Pick => {
  return ({ row }) => row && sum(row.vifs.map((vif) => vif[field]));
};
const vbds = (field: 'readOps' | 'writeOps'): Pick => {
  return ({ row }) => row && sum(row.vbds.map((vbd) => vbd[field]));
};
const percentOf = (pick: Pick): Pick => {
  return (line) => {
    const kib = pick(line);
    return kib == null || line.hostMemoryKiB === 0 ? null : (kib / line.hostMemoryKiB) * 100;
  };
};

const memory: Pick = ({ domain }) => domain.memoryKiB || null;
const cpuSeconds: Pick = ({ row, sample }) => (row ? row.cpuTimeNs / 1e9 : sample?.cpuSeconds);
const uptime: Pick = ({ domain, now }) => (domain.startedAt === null ? null : now - domain.startedAt);
const stateLabel = ({ domain }: DomainLine): string => stateLooks[domain.state].label;
const count = (value: number): string => value.toLocaleString('en');

const terms: Readonly<Record<string, string>> = {
  domid: 'domid',
  maxmem: 'maxmem',
  vcpus: 'vcpu',
  nets: 'vif',
  vbds: 'vbd',
  memory: 'ballooning',
};

const columns: readonly DomainColumn[] = [
  {
    id: 'name',
    title: 'Name',
    width: 190,
    numeric: false,
    value: (l) => l.domain.name,
    text: (l) => l.domain.name,
  },
  { id: 'state', title: 'State', width: 148, numeric: false, value: stateLabel, text: stateLabel },
  figure('domid', 'Domid', 68, ({ domain }) => domain.domid, String),
  figure('time', 'CPU (s)', 78, cpuSeconds, (seconds) => seconds.toFixed(1), 'CPU time since its creation'),
  figure('cpu', 'CPU', 70, ({ sample }) => sample?.cpuPercent, formatPercent, 'Percent of one pCPU'),
  figure('memory', 'Mem', 92, memory, formatKiB, 'Memory it has now'),
  figure('memoryPercent', 'Mem %', 74, percentOf(memory), formatPercent, 'Of the memory of the host'),
  figure(
    'maxmem',
    'Maxmem',
    96,
    ({ row, domain }) => (row ? row.maxMemoryKiB : domain.maxMemoryKiB || null),
    formatKiB,
    'The most it may have',
  ),
  figure('vcpus', 'vCPUs', 68, ({ row, domain }) => row?.vcpusOnline ?? domain.vcpus, count),
  figure('nets', 'Nets', 62, ({ row, domain }) => row?.vifs.length ?? domain.nics.length, count, 'Vifs'),
  figure('netTx', 'Net tx', 78, nets('txBytes'), formatBytes, 'Sent by the guest since its creation'),
  figure('netRx', 'Net rx', 78, nets('rxBytes'), formatBytes, 'Received by the guest since its creation'),
  figure('tx', 'tx/s', 78, ({ sample }) => sample?.txBps, formatRate),
  figure('rx', 'rx/s', 78, ({ sample }) => sample?.rxBps, formatRate),
  figure('vbds', 'VBDs', 66, ({ row, domain }) => row?.vbds.length ?? domain.disks.length, count, 'Disks'),
  figure('vbdRd', 'VBD rd', 80, vbds('readOps'), count, 'Read operations since its creation'),
  figure('vbdWr', 'VBD wr', 80, vbds('writeOps'), count, 'Write operations since its creation'),
  figure('read', 'Read/s', 78, ({ sample }) => sample?.readBps, formatRate),
  figure('write', 'Write/s', 78, ({ sample }) => sample?.writeBps, formatRate),
  figure('uptime', 'Uptime', 110, uptime, formatDuration),
];

/** As `xentop` shows them and in its order; rates and uptime beside them. */
export const domainColumns: readonly DomainColumn[] = columns.map((column) => {
  const term = terms[column.id];
  return term === undefined ? column : { ...column, term };
});

const byId = new Map(domainColumns.map((column) => [column.id, column]));
const pickColumns = (ids: readonly string[]): DomainColumn[] => ids.flatMap((id) => byId.get(id) ?? []);

/** Domains of several hosts: where they are, and what comes with the figures that all hosts send by themselves. */
export const fleetColumns: readonly DomainColumn[] = [
  ...pickColumns(['name']),
  { id: 'host', title: 'Host', width: 150, numeric: false, value: (l) => l.host, text: (l) => l.host },
  ...pickColumns([
    'state',
    'domid',
    'vcpus',
    'cpu',
    'memory',
    'maxmem',
    'tx',
    'rx',
    'read',
    'write',
    'uptime',
  ]),
];
const sortable = new Map([...domainColumns, ...fleetColumns].map((column) => [column.id, column]));

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
  const by = sortable.get(column);
  if (!by) return [...lines];
  const keyed = lines.map((line) => ({ line, value: by.value(line) }));
  keyed.sort(({ value: left }, { value: right }) => {
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    return compare(left, right) * (descending ? -1 : 1);
  });
  return keyed.map(({ line }) => line);
}

/** What a click on a column's head does: names first A to Z, figures first the largest. */
export function nextSorting(present: Sorting, column: string): Sorting {
  const numeric = sortable.get(column)?.numeric ?? false;
  if (present.column !== column) return { column, descending: numeric };
  return { column, descending: !present.descending };
}
