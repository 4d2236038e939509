/** What a machine's graphical adapter shows, as those who draw it and those who look at it speak of it. */

/** In pixels, the screen's top left corner is 0, 0. */
export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface ScreenSize {
  readonly width: number;
  readonly height: number;
}

/** Largest screen any machine has. */
export const maxScreen: ScreenSize = { width: 2560, height: 1600 };

/** What is on a screen: one word a pixel, in memory R, G, B, 255. */
export interface Picture extends ScreenSize {
  readonly pixels: Uint32Array;
}

/** `rect` shows now what was `dy` pixels below it (above it when negative). */
export interface ScreenMove {
  readonly rect: Rect;
  readonly dy: number;
}

/** The pixels of a screen have changed: first what has moved, then what is new. */
export interface ScreenUpdate {
  readonly mode: 'text' | 'graphics';
  /** The whole screen; its memory is the machine's and changes with the next update. */
  readonly picture: Picture;
  readonly move: ScreenMove | null;
  readonly rects: readonly Rect[];
  /** The guest reads where the pointer is, not how far it went. */
  readonly absolutePointer: boolean;
}

export const wholeOf = ({ width, height }: ScreenSize): Rect => ({ x: 0, y: 0, width, height });

/** The part of a rectangle that is on the screen; null when there is none. */
export function clip(rect: Rect, size: ScreenSize): Rect | null {
  const x = Math.max(0, rect.x);
  const y = Math.max(0, rect.y);
  const width = Math.min(size.width, rect.x + rect.width) - x;
  const height = Math.min(size.height, rect.y + rect.height) - y;
  return width > 0 && height > 0 ? { x, y, width, height } : null;
}

/** Carries out a move on the picture itself. */
export function applyMove({ pixels, width }: Picture, { rect, dy }: ScreenMove): void {
  const whole = rect.x === 0 && rect.width === width;
  if (whole) {
    const from = (rect.y + dy) * width;
    pixels.copyWithin(rect.y * width, from, from + rect.height * width);
    return;
  }
  for (let step = 0; step < rect.height; step += 1) {
    const row = rect.y + (dy > 0 ? step : rect.height - 1 - step);
    const from = (row + dy) * width + rect.x;
    pixels.copyWithin(row * width + rect.x, from, from + rect.width);
  }
}
