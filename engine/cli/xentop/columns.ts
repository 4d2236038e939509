import type { DomainRow, PhysicalInfo } from '../../api/dom0.ts';

/** One domain in one sample, with the figures of the sample before (behaviour §7). */
export interface TopLine {
  readonly row: DomainRow;
  /** Percent of one pCPU since the last sample; 0 in the first. */
  readonly cpuPercent: number;
  readonly totalMemoryKiB: number;
}

/** A column of xentop: a right-aligned header and cell of the same width. */
export interface TopColumn {
  readonly key: string;
  readonly title: string;
  readonly width: number;
  readonly cell: (line: TopLine) => string;
  /** Sort key; texts sort ascending, numbers descending. */
  readonly sort: (line: TopLine) => string | number;
}

const sum = <T>(items: readonly T[], of: (item: T) => number): number =>
  items.reduce((all, one) => all + of(one), 0);
const kilo = (bytes: number): number => Math.floor(bytes / 1024);
const percentOf = (kiB: number, total: number): number => (total === 0 ? 0 : (kiB / total) * 100);

const number = (
  key: string,
  title: string,
  width: number,
  value: (line: TopLine) => number,
  places = 0,
): TopColumn => ({
  key,
  title,
  width,
  cell: (line) => (places === 0 ? String(Math.floor(value(line))) : value(line).toFixed(places)),
  sort: value,
});

const noLimit = (column: TopColumn, text: string): TopColumn => ({
  ...column,
  cell: (line) => (line.row.maxMemoryKiB === null ? text : column.cell(line)),
});

export const topName = (row: DomainRow): string => row.name ?? '';

/** The columns of xentop 1.0, in its order. `width` of NAME is that without `-f`. */
export const topColumns: readonly TopColumn[] = [
  {
    key: 'NAME',
    title: 'NAME',
    width: 10,
    cell: ({ row }) => topName(row).slice(0, 10),
    sort: ({ row }) => topName(row).toLowerCase(),
  },
  {
    key: 'STATE',
    title: 'STATE',
    width: 6,
    cell: ({ row }) => row.topLetters,
    sort: ({ row }) => row.topLetters,
  },
  number('CPU(sec)', 'CPU(sec)', 10, ({ row }) => row.cpuTimeNs / 1e9),
  number('CPU(%)', 'CPU(%)', 6, ({ cpuPercent }) => cpuPercent, 1),
  number('MEM(k)', 'MEM(k)', 10, ({ row }) => row.memoryKiB),
  number('MEM(%)', 'MEM(%)', 6, ({ row, totalMemoryKiB }) => percentOf(row.memoryKiB, totalMemoryKiB), 1),
  noLimit(
    number('MAXMEM(k)', 'MAXMEM(k)', 10, ({ row }) => row.maxMemoryKiB ?? 0),
    'no limit',
  ),
  noLimit(
    number(
      'MAXMEM(%)',
      'MAXMEM(%)',
      9,
      ({ row, totalMemoryKiB }) => percentOf(row.maxMemoryKiB ?? 0, totalMemoryKiB),
      1,
    ),
    'n/a',
  ),
  number('VCPUS', 'VCPUS', 5, ({ row }) => row.vcpusOnline),
  number('NETS', 'NETS', 4, ({ row }) => row.vifs.length),
  number('NETTX(k)', 'NETTX(k)', 8, ({ row }) => kilo(sum(row.vifs, (vif) => vif.txBytes))),
  number('NETRX(k)', 'NETRX(k)', 8, ({ row }) => kilo(sum(row.vifs, (vif) => vif.rxBytes))),
  number('VBDS', 'VBDS', 4, ({ row }) => row.vbds.length),
  number('VBD_OO', 'VBD_OO', 8, () => 0),
  number('VBD_RD', 'VBD_RD', 8, ({ row }) => sum(row.vbds, (vbd) => vbd.readOps)),
  number('VBD_WR', 'VBD_WR', 8, ({ row }) => sum(row.vbds, (vbd) => vbd.writeOps)),
  number('VBD_RSECT', 'VBD_RSECT', 10, ({ row }) => sum(row.vbds, (vbd) => vbd.readSectors)),
  number('VBD_WSECT', 'VBD_WSECT', 10, ({ row }) => sum(row.vbds, (vbd) => vbd.writeSectors)),
  number('SSID', 'SSID', 4, () => 0),
];

/** Figures of a moment: what xentop samples each round. */
export interface TopSample {
  readonly rows: readonly DomainRow[];
  readonly physical: PhysicalInfo;
  /** Monotonic, ms. */
  readonly atMs: number;
}

/** Lines of a sample; percentages need the sample before. */
export function topLines(now: TopSample, before: TopSample | null): TopLine[] {
  const previous = new Map(before?.rows.map((row) => [row.domid, row.cpuTimeNs]));
  const elapsedNs = before === null ? 0 : (now.atMs - before.atMs) * 1e6;
  return now.rows.map((row) => {
    const then = previous.get(row.domid);
    const cpuPercent =
      then === undefined || elapsedNs <= 0 ? 0 : (Math.max(0, row.cpuTimeNs - then) / elapsedNs) * 100;
    return { row, cpuPercent, totalMemoryKiB: now.physical.totalMemoryKiB };
  });
}
