import { formatClock } from '../../ui/format.ts';

/** Names of pino's levels. */
const levels: Readonly<Record<number, string>> = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'warning',
  50: 'error',
  60: 'fatal',
};

const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** A JSON line of the engine's log as a person reads it; any other line as it is. */
export function engineLine(line: string): string {
  if (!line.startsWith('{')) return line;
  try {
    const { level, time, msg, pid: _pid, ...rest } = JSON.parse(line) as Record<string, unknown>;
    if (typeof time !== 'number' || !Number.isFinite(time)) return line;
    const name = levels[Number(level)] ?? String(level);
    const values = Object.entries(rest).map(([key, value]) => `${key}=${asText(value)}`);
    return [formatClock(time), name.padEnd(7), asText(msg ?? ''), ...values].join(' ');
  } catch {
    return line;
  }
}
