/** One line of the table that `npm run bench` prints. A bench file's default export resolves with its rows. */
export interface BenchRow {
  /** What was measured, e.g. `console, guest → engine`. */
  readonly what: string;
  readonly value: number;
  /** Unit of both values. */
  readonly unit: string;
  /** The peer measured in the same run, and its figure. */
  readonly peer?: string;
  readonly peerValue?: number;
  /** The goal as text, e.g. `≤ 2.2 s`. */
  readonly goal?: string;
}

export type Bench = () => Promise<readonly BenchRow[]>;
