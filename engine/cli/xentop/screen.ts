import { type TopColumn, topColumns, type TopLine, topName, type TopSample } from './columns.ts';

/** What the person asked for: command-line options and keys pressed since. */
export interface TopView {
  readonly fullNames: boolean;
  readonly dom0First: boolean;
  readonly repeatHeader: boolean;
  readonly networks: boolean;
  readonly vbds: boolean;
  readonly vcpus: boolean;
  /** Index into the columns. */
  readonly sortBy: number;
}

export const defaultView: TopView = {
  fullNames: false,
  dom0First: false,
  repeatHeader: false,
  networks: false,
  vbds: false,
  vcpus: false,
  sortBy: 0,
};

function compare(a: string | number, b: string | number): number {
  if (typeof a === 'number' && typeof b === 'number') return b - a;
  return String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0;
}

/** Sorted as the view says; stable, so that equals keep the order of their domids. */
export function sortLines(lines: readonly TopLine[], view: TopView): TopLine[] {
  const column = topColumns[view.sortBy];
  if (!column) return [...lines];
  const sorted = [...lines].sort((a, b) => compare(column.sort(a), column.sort(b)));
  if (!view.dom0First) return sorted;
  return [...sorted.filter(({ row }) => row.domid === 0), ...sorted.filter(({ row }) => row.domid !== 0)];
}

function nameWidth(lines: readonly TopLine[], view: TopView): number {
  return view.fullNames ? Math.max(10, ...lines.map(({ row }) => topName(row).length)) : 10;
}

const right = (value: string | number, width: number): string => String(value).padStart(width);
const cellOf = (column: TopColumn, line: TopLine, view: TopView): string =>
  column.key === 'NAME' && view.fullNames ? topName(line.row) : column.cell(line);

/** Header line and one line per domain, with the extra lines the view asks for. */
export function topTable(lines: readonly TopLine[], view: TopView): string[] {
  const width = (column: TopColumn): number =>
    column.key === 'NAME' ? nameWidth(lines, view) : column.width;
  const header = topColumns.map((column) => right(column.title, width(column))).join(' ');
  const body = sortLines(lines, view).flatMap((line, index) => [
    ...(view.repeatHeader && index > 0 ? [header] : []),
    topColumns.map((column) => right(cellOf(column, line, view), width(column))).join(' '),
    ...(view.vcpus ? vcpuLines(line) : []),
    ...(view.networks ? networkLines(line) : []),
    ...(view.vbds ? vbdLines(line) : []),
  ]);
  return [header, ...body];
}

function vcpuLines({ row }: TopLine): string[] {
  const cells = row.vcpuTimesNs.map((ns, id) => ` ${right(id, 2)}: ${right(Math.floor(ns / 1e9), 10)}s`);
  const rows: string[] = [];
  for (let i = 0; i < cells.length; i += 5) rows.push(cells.slice(i, i + 5).join(''));
  return rows.map((text, index) => (index === 0 ? `VCPUs(sec): ${text}` : `            ${text}`));
}

function networkLines({ row }: TopLine): string[] {
  return row.vifs.map(
    (vif) =>
      `Net${vif.devid} RX: ${right(vif.rxBytes, 8)}bytes ${right(vif.rxPackets, 8)}pkts ${right(0, 8)}err ${right(vif.rxDrops, 8)}drop  ` +
      `TX: ${right(vif.txBytes, 8)}bytes ${right(vif.txPackets, 8)}pkts ${right(0, 8)}err ${right(vif.txDrops, 8)}drop`,
  );
}

const hex2 = (value: number): string => value.toString(16).padStart(2);

function vbdLines({ row }: TopLine): string[] {
  return row.vbds.map((vbd) => {
    const place = `${right(vbd.device, 4)} [${hex2(vbd.device >> 8)}:${hex2(vbd.device & 0xff)}]`;
    return (
      `VBD BlkBack ${place}  OO: ${right(0, 8)}   RD: ${right(vbd.readOps, 8)}   WR: ${right(vbd.writeOps, 8)}` +
      `   RSECT: ${right(vbd.readSectors, 10)}   WSECT: ${right(vbd.writeSectors, 10)}`
    );
  });
}

/** The three lines above the table of the interactive form. */
export function topHeader(sample: TopSample, clock: Date): string[] {
  const { rows, physical } = sample;
  const count = (letter: string, at: number): number =>
    rows.filter(({ topLetters }) => topLetters[at] === letter).length;
  const time = [clock.getHours(), clock.getMinutes(), clock.getSeconds()]
    .map((n) => String(n).padStart(2, '0'))
    .join(':');
  const { totalMemoryKiB: total, freeMemoryKiB: free } = physical;
  return [
    `xentop - ${time}   Xen ${physical.xenMajor}.${physical.xenMinor}${physical.xenExtra}`,
    `${rows.length} domains: ${count('r', 5)} running, ${count('b', 2)} blocked, ${count('p', 4)} paused, ` +
      `${count('c', 3)} crashed, ${count('d', 0)} dying, ${count('s', 1)} shutdown `,
    `Mem: ${total}k total, ${total - free}k used, ${free}k free    CPUs: ${physical.nrCpus} @ ${Math.floor(physical.cpuKhz / 1000)}MHz`,
  ];
}
