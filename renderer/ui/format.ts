/** Figures and times as a person reads them. Thin spaces are avoided: they break copying and screen readers. */

const memoryUnits = ['KiB', 'MiB', 'GiB', 'TiB'] as const;
const rateUnits = ['B/s', 'kB/s', 'MB/s', 'GB/s'] as const;

function scaled(value: number, base: number, units: readonly string[]): string {
  let unit = 0;
  let figure = value;
  while (figure >= base && unit < units.length - 1) {
    figure /= base;
    unit += 1;
  }
  const digits = unit > 0 && figure < (unit > 1 ? 100 : 10) && figure % 1 !== 0 ? 1 : 0;
  return `${figure.toFixed(digits)} ${units[unit] ?? ''}`;
}

/** `41 MiB`, `1.5 GiB`. */
export const formatKiB = (kib: number): string => scaled(kib, 1024, memoryUnits);

/** Bytes of a file. */
export const formatBytes = (bytes: number): string =>
  bytes < 1024 ? `${bytes} B` : scaled(bytes / 1024, 1024, memoryUnits);

/** Bytes per second, in decimal units as networks and disks are sold. */
export const formatRate = (bytesPerSecond: number): string => scaled(bytesPerSecond, 1000, rateUnits);

/** `0.4 %`, `38 %`. */
export const formatPercent = (percent: number): string =>
  `${percent > 0 && percent < 9.95 ? percent.toFixed(1) : percent.toFixed(0)} %`;

/** The two largest units of a duration: `2 h 14 min`, `3 d 4 h`, `12 s`. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const parts: [number, string][] = [
    [Math.floor(seconds / 86400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ];
  const first = parts.findIndex(([count]) => count > 0);
  if (first < 0) return '0 s';
  const shown = parts.slice(first, first >= 2 ? first + 1 : first + 2).filter(([count]) => count > 0);
  return shown.map(([count, unit]) => `${count} ${unit}`).join(' ');
}

/** How long a task took: tenths below ten seconds. */
export function formatElapsed(ms: number): string {
  return ms < 9950 ? `${(Math.max(0, ms) / 1000).toFixed(1)} s` : formatDuration(ms);
}

const clockTime = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hour12: false,
});
const dayTime = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

/** `13:20:41`. */
export const formatClock = (at: number): string => clockTime.format(at);
/** With the day, for things that may be long ago. */
export const formatMoment = (at: number): string => dayTime.format(at);

/** `1 domain`, `3 domains`. */
export const countOf = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`;
