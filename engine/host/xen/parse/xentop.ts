import { clean } from '../shell/text.ts';
import { decimal, whole } from './number.ts';

/** One domain in one round of `xentop -b -f`; counters are cumulative since its creation. */
export interface TopRow {
  readonly name: string;
  /** Order d s b c p r, e.g. `--b---`. */
  readonly letters: string;
  readonly cpuSeconds: number;
  /** Of one CPU; of the interval before the row. */
  readonly cpuPercent: number;
  readonly memoryKiB: number;
  /** null: no limit. */
  readonly maxMemoryKiB: number | null;
  readonly vcpus: number;
  readonly txKiB: number;
  readonly rxKiB: number;
  readonly readOps: number;
  readonly writeOps: number;
  readonly readSectors: number;
  readonly writeSectors: number;
}

/** A name may contain blanks: a row is read from its end. `no limit` and `n/a` stand for two of the numbers. */
const n = '(\\d{1,18})';
const row = new RegExp(
  `^\\s*(.+?)\\s+([-dsbcpr]{6})\\s+${n}\\s+([\\d.]{1,20})\\s+${n}\\s+[\\d.]{1,20}\\s+(\\d{1,18}|no limit)\\s+(?:[\\d.]{1,20}|n/a)` +
    `\\s+${n}\\s+${n}\\s+${n}\\s+${n}\\s+${n}\\s+${n}\\s+${n}\\s+${n}(?:\\s+${n}\\s+${n})?(?:\\s+\\d{1,18})?\\s*$`,
);

/** null: no row (a heading, or rubbish). */
export function parseTopRow(line: string): TopRow | null {
  if (line.length > 2048) return null;
  const match = row.exec(line);
  if (!match) return null;
  const [
    ,
    name = '',
    letters = '',
    seconds,
    percent,
    memory,
    max,
    vcpus,
    ,
    tx,
    rx,
    ,
    ,
    reads,
    writes,
    readSectors,
    writeSectors,
  ] = match;
  return {
    name: clean(name, 256),
    letters,
    cpuSeconds: whole(seconds),
    cpuPercent: decimal(percent),
    memoryKiB: whole(memory),
    maxMemoryKiB: max === 'no limit' ? null : whole(max),
    vcpus: whole(vcpus),
    txKiB: whole(tx),
    rxKiB: whole(rx),
    readOps: whole(reads),
    writeOps: whole(writes),
    readSectors: whole(readSectors),
    writeSectors: whole(writeSectors),
  };
}

const maxRows = 4096;

/**
 * Rounds out of a stream of lines: each begins with its heading, and is complete when the next one begins (or, so that
 * figures are not a round late, when as many rows have come as in the round before). The first round says nothing of rates.
 */
export class TopRounds {
  readonly #onRound: (rows: readonly TopRow[]) => void;
  #rows: TopRow[] = [];
  #expected = Infinity;
  #rounds = 0;
  #delivered = false;

  constructor(onRound: (rows: readonly TopRow[]) => void) {
    this.#onRound = onRound;
  }

  /** How many rounds have begun. */
  get rounds(): number {
    return this.#rounds;
  }

  /** Something has changed: wait for the heading of the next round again. */
  line(line: string): void {
    if (/^\s*NAME\s+STATE\s/.test(line)) {
      this.#finish();
      this.#rounds += 1;
      this.#expected = this.#rows.length === 0 ? Infinity : this.#rows.length;
      this.#rows = [];
      this.#delivered = false;
      return;
    }
    const row = parseTopRow(line);
    if (!row || this.#rounds === 0 || this.#rows.length >= maxRows) return;
    this.#rows.push(row);
    if (this.#rows.length === this.#expected) this.#deliver();
    else if (this.#rows.length > this.#expected) this.#delivered = false;
  }

  #finish(): void {
    if (!this.#delivered && this.#rows.length > 0) this.#deliver();
  }

  #deliver(): void {
    this.#delivered = true;
    if (this.#rounds > 1) this.#onRound([...this.#rows]);
  }
}
