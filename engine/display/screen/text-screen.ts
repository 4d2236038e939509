/** Draws the characters of a VGA text mode with the guest's own font. Pure. */
import type { Picture, Rect, ScreenMove, ScreenSize } from './screen.ts';
import { findRowShift } from './row-shift.ts';

/** A text mode as the adapter's registers and memory describe it. */
export interface TextState {
  readonly columns: number;
  readonly rows: number;
  /** Row by row; low byte the character, high byte its attribute. */
  readonly cells: Uint16Array;
  /** 0xRRGGBB of the 16 colours. */
  readonly palette: Uint32Array;
  /** 32 bytes a character, one a line, 256 characters. */
  readonly font: Uint8Array;
  /** The font of characters whose attribute has bit 3 clear; the same one when the guest uses one font only. */
  readonly secondFont: Uint8Array;
  /** Lines of a character, 1..32. */
  readonly fontHeight: number;
  /** 8, 9 (the ninth is blank, or repeats the eighth for line graphics) or 16 (each doubled). */
  readonly fontWidth: number;
  readonly lineGraphics: boolean;
  /** Attribute bit 7 means blinking, not a bright background. */
  readonly blinking: boolean;
  readonly cursor: TextCursor | null;
}

export interface TextCursor {
  readonly column: number;
  readonly row: number;
  readonly firstLine: number;
  readonly lastLine: number;
}

export interface TextChange {
  readonly move: ScreenMove | null;
  readonly rects: readonly Rect[];
  /** More than blinking. */
  readonly content: boolean;
}

const CURSOR = 0x1_0000;
const HIDDEN = 0x2_0000;
/** No cell looks like this: it will be drawn. */
const UNKNOWN = 0xffff_ffff;

export const textSize = (
  state: Pick<TextState, 'columns' | 'rows' | 'fontWidth' | 'fontHeight'>,
): ScreenSize => ({
  width: state.columns * state.fontWidth,
  height: state.rows * state.fontHeight,
});

const opaque = (rgb: number): number =>
  (0xff00_0000 | ((rgb & 0xff) << 16) | (rgb & 0xff00) | ((rgb >> 16) & 0xff)) >>> 0;

const sameBytes = (one: ArrayLike<number>, other: ArrayLike<number>): boolean => {
  if (one.length !== other.length) return false;
  for (let at = 0; at < one.length; at += 1) if (one[at] !== other[at]) return false;
  return true;
};

/** Remembers what it has drawn, and draws only what is different. */
export class TextScreen {
  #drawn = new Uint32Array(0);
  #next = new Uint32Array(0);
  #look: Pick<TextState, 'columns' | 'rows' | 'palette' | 'font' | 'secondFont'> & { shape: string } = {
    columns: 0,
    rows: 0,
    palette: new Uint32Array(0),
    font: new Uint8Array(0),
    secondFont: new Uint8Array(0),
    shape: '',
  };
  #colors = new Uint32Array(16);

  /** The next drawing draws everything. */
  forget(): void {
    this.#look = { ...this.#look, shape: '' };
  }

  /** Is there anything that looks different when blinking things are off? */
  static blinks(state: TextState): boolean {
    if (state.cursor) return true;
    return state.blinking && state.cells.some((cell) => (cell & 0x8000) !== 0);
  }

  /** Brings `picture`, which has the state's size, up to date. `blinkOn`: blinking characters and the cursor are seen. */
  draw(state: TextState, picture: Picture, blinkOn: boolean): TextChange {
    const fresh = this.#refresh(state);
    this.#fill(state, blinkOn);
    const move = fresh ? null : this.#move(state, picture);
    let content = fresh || move !== null;
    const rects: Rect[] = [];
    const { columns, rows, fontWidth, fontHeight } = state;
    for (let row = 0; row < rows; row += 1) {
      let first = -1;
      let last = -1;
      for (let column = 0; column < columns; column += 1) {
        const at = row * columns + column;
        const cell = this.#next[at]!;
        const before = this.#drawn[at]!;
        if (cell === before) continue;
        if ((cell & 0xffff) !== (before & 0xffff) || before === UNKNOWN) content = true;
        this.#drawn[at] = cell;
        this.#drawCell(state, picture, row, column, cell);
        if (first < 0) first = column;
        last = column;
      }
      if (first >= 0) {
        const x = first * fontWidth;
        rects.push({ x, y: row * fontHeight, width: (last + 1) * fontWidth - x, height: fontHeight });
      }
    }
    return { move, rects, content };
  }

  /** True when what was drawn before is worth nothing. */
  #refresh(state: TextState): boolean {
    const { columns, rows, fontWidth, fontHeight, lineGraphics, blinking, palette, font, secondFont } = state;
    const cursor = state.cursor ? `${state.cursor.firstLine}-${state.cursor.lastLine}` : '';
    const shape = [columns, rows, fontWidth, fontHeight, lineGraphics, blinking].join();
    const same =
      shape === this.#look.shape &&
      sameBytes(palette, this.#look.palette) &&
      sameBytes(font, this.#look.font) &&
      sameBytes(secondFont, this.#look.secondFont);
    if (!same) {
      this.#drawn = new Uint32Array(columns * rows).fill(UNKNOWN);
      this.#next = new Uint32Array(columns * rows);
      this.#colors = palette.map(opaque);
      this.#look = {
        columns,
        rows,
        palette: palette.slice(),
        font: font.slice(),
        secondFont: secondFont === font ? font.slice() : secondFont.slice(),
        shape,
      };
    }
    if (cursor !== this.#cursorShape) this.#redrawCursor();
    this.#cursorShape = cursor;
    return !same;
  }

  #cursorShape = '';

  #redrawCursor(): void {
    for (let at = 0; at < this.#drawn.length; at += 1) {
      // Its lines are others, its place may be the same: the cell alone does not tell.
      if (this.#drawn[at]! !== UNKNOWN && this.#drawn[at]! & CURSOR) this.#drawn[at]! |= HIDDEN;
    }
  }

  #fill(state: TextState, blinkOn: boolean): void {
    const { cells, cursor, columns, rows } = state;
    for (let at = 0; at < cells.length; at += 1) {
      const cell = cells[at]!;
      this.#next[at] = state.blinking && !blinkOn && cell & 0x8000 ? cell | HIDDEN : cell;
    }
    if (!cursor || !blinkOn || cursor.column >= columns || cursor.row >= rows) return;
    this.#next[cursor.row * columns + cursor.column]! |= CURSOR;
  }

  /** Scrolling moves what is drawn already. */
  #move({ columns, rows, fontHeight }: TextState, picture: Picture): ScreenMove | null {
    const same = (row: number, before: number): boolean => {
      const to = row * columns;
      const from = before * columns;
      for (let column = 0; column < columns; column += 1) {
        if ((this.#next[to + column]! ^ this.#drawn[from + column]!) & 0xffff) return false;
      }
      return true;
    };
    const shift = findRowShift(rows, same, Math.max(3, Math.floor(rows / 4)));
    if (!shift) return null;
    const { first, count, by } = shift;
    const rect = { x: 0, y: first * fontHeight, width: picture.width, height: count * fontHeight };
    const from = (first + by) * columns;
    this.#drawn.copyWithin(first * columns, from, from + count * columns);
    const { pixels, width } = picture;
    const start = (rect.y + by * fontHeight) * width;
    pixels.copyWithin(rect.y * width, start, start + rect.height * width);
    return { rect, dy: by * fontHeight };
  }

  #drawCell(state: TextState, { pixels, width }: Picture, row: number, column: number, cell: number): void {
    const { fontWidth, fontHeight } = state;
    const attribute = (cell >> 8) & 0xff;
    const character = cell & 0xff;
    const twoFonts = state.secondFont !== state.font;
    const font = twoFonts && !(attribute & 8) ? state.secondFont : state.font;
    const background = this.#colors[(attribute >> 4) & (state.blinking ? 7 : 15)]!;
    const foreground = cell & HIDDEN ? background : this.#colors[attribute & (twoFonts ? 7 : 15)]!;
    const ninth = state.lineGraphics && character >= 0xc0 && character <= 0xdf;
    const cursor = cell & CURSOR ? state.cursor : null;
    let at = row * fontHeight * width + column * fontWidth;
    for (let line = 0; line < fontHeight; line += 1, at += width) {
      const inCursor = cursor !== null && line >= cursor.firstLine && line <= cursor.lastLine;
      const bits = inCursor ? 0xff : font[character * 32 + line]!;
      for (let x = 0; x < fontWidth; x += 1) {
        const dot = fontWidth === 16 ? x >> 1 : x;
        const set = dot < 8 ? bits & (0x80 >> dot) : inCursor || (ninth && bits & 1);
        pixels[at + x] = set ? foreground : background;
      }
    }
  }
}
