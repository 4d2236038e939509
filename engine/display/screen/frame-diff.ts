/** Brings a picture up to date from a newer one and says where they differed. Pure. */
import { longestRun } from './row-shift.ts';
import { applyMove, type Picture, type Rect, type ScreenMove } from './screen.ts';

/** Differences are found in tiles of this size; a rectangle is made of whole ones. */
const tileWidth = 64;
const tileHeight = 16;
/** Scrolling is looked for when at least so many rows may have changed. */
const moveRows = 64;
/** One pixel in so many stands for its row in the first look for scrolling. */
const sampling = 7;

export interface FrameChange {
  readonly move: ScreenMove | null;
  readonly rects: readonly Rect[];
}

/**
 * Copies rows `top` to `bottom` (exclusive) of `frame` into `picture`, which has the same size, and returns what has
 * changed by that. Rows outside are equal already.
 */
export function takeFrame(frame: Uint32Array, picture: Picture, top: number, bottom: number): FrameChange {
  const move = bottom - top >= moveRows ? findMove(frame, picture, top, bottom) : null;
  if (move) applyMove(picture, move);
  const rects: Rect[] = [];
  let open: Rect[] = [];
  for (let y = top; y < bottom; y += tileHeight) {
    const height = Math.min(tileHeight, bottom - y);
    const row = changedInBand(frame, picture, y, height);
    open = joinBelow(rects, open, row);
  }
  rects.push(...open);
  return { move, rects };
}

/** Copies what differs in one band of tiles; neighbours become one rectangle. */
function changedInBand(frame: Uint32Array, picture: Picture, y: number, height: number): Rect[] {
  const { width } = picture;
  const found: Rect[] = [];
  let start = -1;
  for (let x = 0; x < width; x += tileWidth) {
    const changed = tileDiffers(frame, picture, x, y, Math.min(tileWidth, width - x), height);
    if (changed && start < 0) start = x;
    if (!changed && start >= 0) {
      found.push({ x: start, y, width: x - start, height });
      start = -1;
    }
  }
  if (start >= 0) found.push({ x: start, y, width: width - start, height });
  for (const rect of found) take(frame, picture, rect);
  return found;
}

function take(frame: Uint32Array, { pixels, width }: Picture, rect: Rect): void {
  const end = (rect.y + rect.height) * width + rect.x;
  for (let row = rect.y * width + rect.x; row < end; row += width)
    pixels.set(frame.subarray(row, row + rect.width), row);
}

function tileDiffers(
  frame: Uint32Array,
  { pixels, width }: Picture,
  x: number,
  y: number,
  tileW: number,
  tileH: number,
): boolean {
  const end = (y + tileH) * width + x;
  for (let row = y * width + x; row < end; row += width) {
    for (let at = row; at < row + tileW; at += 1) if (frame[at] !== pixels[at]) return true;
  }
  return false;
}

/** Rectangles that go on in the next band with the same edges grow; the others are done. Returns the open ones. */
function joinBelow(done: Rect[], open: readonly Rect[], row: readonly Rect[]): Rect[] {
  const grown = new Set<Rect>();
  const next = row.map((rect) => {
    const above = open.find((one) => one.x === rect.x && one.width === rect.width);
    if (!above) return rect;
    grown.add(above);
    return { ...above, height: above.height + rect.height };
  });
  for (const one of open) if (!grown.has(one)) done.push(one);
  return next;
}

function findMove(frame: Uint32Array, picture: Picture, top: number, bottom: number): ScreenMove | null {
  const { pixels, width } = picture;
  const rows = bottom - top;
  const now = rowSamples(frame, width, top, rows);
  const before = rowSamples(pixels, width, top, rows);
  const by = likelyShift(now, before);
  if (by === 0) return null;
  const run = longestRun(0, rows, by, (row, other) => now[row] === before[other]);
  if (run.count < moveRows / 2) return null;
  return { rect: { x: 0, y: top + run.first, width, height: run.count }, dy: by };
}

/** By how many rows most of those moved that look like no other; 0 when too few did. */
function likelyShift(now: Int32Array, before: Int32Array): number {
  const places = new Map<number, number>();
  before.forEach((sample, row) => places.set(sample, places.has(sample) ? -1 : row));
  const votes = new Map<number, number>();
  now.forEach((sample, row) => {
    const place = sample === before[row] ? -1 : (places.get(sample) ?? -1);
    if (place >= 0) votes.set(place - row, (votes.get(place - row) ?? 0) + 1);
  });
  let best = 0;
  let most = moveRows / 4;
  for (const [by, count] of votes) {
    if (count <= most) continue;
    most = count;
    best = by;
  }
  return best;
}

/** A sample may lie: a move that is a little wrong is mended by the comparison that follows. */
function rowSamples(pixels: Uint32Array, width: number, top: number, rows: number): Int32Array {
  const samples = new Int32Array(rows);
  for (let row = 0; row < rows; row += 1) {
    let hash = 0;
    const start = (top + row) * width;
    for (let at = start; at < start + width; at += sampling) {
      hash = (Math.imul(hash, 31) + pixels[at]!) | 0;
    }
    samples[row] = hash;
  }
  return samples;
}
