import { clip, type Rect, type ScreenSize } from '../screen/screen.ts';

/** More rectangles than this become one: their headers would cost more than what they leave out. */
const maxRects = 24;

const area = ({ width, height }: Rect): number => width * height;

/** The smallest rectangle around both. */
function around(a: Rect, b: Rect): Rect {
  const x = Math.min(a.x, b.x);
  const y = Math.min(a.y, b.y);
  const right = Math.max(a.x + a.width, b.x + b.width);
  const bottom = Math.max(a.y + a.height, b.y + b.height);
  return { x, y, width: right - x, height: bottom - y };
}

const overlap = (a: Rect, b: Rect): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

/** Where a screen has changed: few rectangles that do not overlap. */
export class Region {
  #rects: Rect[] = [];

  get empty(): boolean {
    return this.#rects.length === 0;
  }

  /** Rectangles that overlap become one, as do those that together fill the one around them. */
  add(rect: Rect): void {
    let added = rect;
    for (let at = 0; at < this.#rects.length;) {
      const other = this.#rects[at]!;
      const both = around(added, other);
      if (!overlap(added, other) && area(both) > area(added) + area(other)) {
        at += 1;
        continue;
      }
      added = both;
      this.#rects.splice(at, 1);
      // What has grown may reach those that were passed.
      at = 0;
    }
    this.#rects.push(added);
    if (this.#rects.length > maxRects) this.#rects = [this.#rects.reduce(around)];
  }

  /** The part of it that is on the screen; nothing is left. */
  take(size: ScreenSize): Rect[] {
    const rects = this.#rects.map((rect) => clip(rect, size)).filter((rect) => rect !== null);
    this.#rects = [];
    return rects;
  }

  clear(): void {
    this.#rects = [];
  }
}
