/** Finds out that rows of a picture have only moved up or down. Pure. */

export interface RowShift {
  /** The first row that shows now what another showed before, and how many do. */
  readonly first: number;
  readonly count: number;
  /** Row `r` shows what row `r + by` showed. */
  readonly by: number;
}

/**
 * The longest run of rows that moved together; null when fewer than `atLeast` did. `same(row, before)`: does `row` look
 * now as `before` did? Rows that have not changed at the top and the bottom are left out of it.
 */
export function findRowShift(
  rows: number,
  same: (row: number, before: number) => boolean,
  atLeast: number,
): RowShift | null {
  let top = 0;
  while (top < rows && same(top, top)) top += 1;
  let bottom = rows;
  while (bottom > top && same(bottom - 1, bottom - 1)) bottom -= 1;
  const height = bottom - top;
  let best: RowShift | null = null;
  for (let distance = 1; height - distance >= (best ? best.count + 1 : atLeast); distance += 1) {
    for (const by of [distance, -distance]) {
      const found = longestRun(top, bottom, by, same);
      if (found.count >= atLeast && found.count > (best?.count ?? 0)) best = found;
    }
  }
  return best;
}

/** The longest run of rows between `top` and `bottom` (exclusive) that moved by `by`. */
export function longestRun(
  top: number,
  bottom: number,
  by: number,
  same: (row: number, before: number) => boolean,
): RowShift {
  let best = { first: top, count: 0, by };
  let count = 0;
  for (let row = Math.max(top, top - by); row < Math.min(bottom, bottom - by); row += 1) {
    count = same(row, row + by) ? count + 1 : 0;
    if (count > best.count) best = { first: row - count + 1, count, by };
  }
  return best;
}
