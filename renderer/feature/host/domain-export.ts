import { domainColumns, type DomainLine } from './domain-columns.ts';

export type ExportFormat = 'csv' | 'json';

/** A file for the person to keep. */
export interface ExportFile {
  readonly name: string;
  readonly type: string;
  readonly text: string;
}

/** RFC 4180; a text that a spreadsheet would take for a formula is kept a text by an apostrophe. */
function csvCell(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const harmless = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** Columns whose unit their title does not say. */
const units: Readonly<Record<string, string>> = {
  cpu: 'cpu_percent',
  time: 'cpu_seconds',
  memory: 'memory_kib',
  memoryPercent: 'memory_percent',
  maxmem: 'max_memory_kib',
  netTx: 'net_tx_bytes',
  netRx: 'net_rx_bytes',
  tx: 'net_tx_bytes_per_second',
  rx: 'net_rx_bytes_per_second',
  vbdRd: 'vbd_read_operations',
  vbdWr: 'vbd_write_operations',
  read: 'vbd_read_bytes_per_second',
  write: 'vbd_write_bytes_per_second',
  uptime: 'uptime_ms',
};
const fields = domainColumns.map((column) => ({ column, name: units[column.id] ?? column.id }));

function record(line: DomainLine): Record<string, string | number | null> {
  const own = { uuid: line.domain.uuid, letters: line.row?.letters ?? line.domain.letters };
  return { ...Object.fromEntries(fields.map(({ column, name }) => [name, column.value(line)])), ...own };
}

/** The lines with raw figures, each column named with its unit. `at` is epoch ms, part of the file's name. */
export function exportDomains(
  host: string,
  lines: readonly DomainLine[],
  format: ExportFormat,
  at: number,
): ExportFile {
  const name = `${host}-domains-${new Date(at).toISOString().slice(0, 19).replaceAll(':', '')}.${format}`;
  const records = lines.map(record);
  if (format === 'json')
    return { name, type: 'application/json', text: `${JSON.stringify(records, null, 2)}\n` };
  const heads = [...fields.map((field) => field.name), 'uuid', 'letters'];
  const rows = records.map((each) => heads.map((head) => csvCell(each[head] ?? null)).join(','));
  return { name, type: 'text/csv', text: [heads.join(','), ...rows, ''].join('\r\n') };
}
