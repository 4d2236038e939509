/** What v86's VGA adapter shows in text mode, read from its registers and memory. */
import { maxScreen } from '../../display/screen/screen.ts';
import type { TextCursor, TextState } from '../../display/screen/text-screen.ts';
import type { Vga } from './internals-display.ts';

/** Where the fonts of the character map select register are in plane 2, in units of 8 KiB (VGA's own order). */
const FONT_PLACES = [0, 2, 4, 6, 1, 3, 5, 7] as const;
const FONT_BYTES = 8192;
const MAX_ROWS = 200;
const SCREEN_OFF = 0x20;
const CURSOR_OFF = 0x20;

/** The shape of the text mode; what a guest may make of the registers stays within the largest screen. */
export function textGeometry(vga: Vga): Pick<TextState, 'columns' | 'rows' | 'fontWidth' | 'fontHeight'> {
  const fontHeight = 1 + (vga.max_scan_line & 31);
  const fontWidth = vga.clocking_mode & 8 ? 16 : vga.clocking_mode & 1 ? 8 : 9;
  const columns = Math.max(1, Math.min(vga.max_cols, Math.floor(maxScreen.width / fontWidth)));
  const rows = Math.max(1, Math.min(vga.max_rows, Math.floor(maxScreen.height / fontHeight), MAX_ROWS));
  return { columns, rows, fontWidth, fontHeight };
}

/** Reads all of it. `cells` is used again when it has the right length. */
export function readTextMode(vga: Vga, cells: Uint16Array): TextState {
  const { columns, rows, fontWidth, fontHeight } = textGeometry(vga);
  const into = cells.length === columns * rows ? cells : new Uint16Array(columns * rows);
  const off = (vga.clocking_mode & SCREEN_OFF) !== 0 || vga.palette_source === 0;
  if (off) into.fill(0);
  else readCells(vga, into, columns, rows);
  return { columns, rows, cells: into, fontHeight, fontWidth, ...readColors(vga, off), ...readFonts(vga) };
}

function readColors(
  vga: Vga,
  off: boolean,
): Pick<TextState, 'palette' | 'blinking' | 'cursor' | 'lineGraphics'> {
  const palette = new Uint32Array(16);
  if (!off) {
    for (let color = 0; color < 16; color += 1) {
      palette[color] = vga.vga256_palette[vga.dac_mask & vga.dac_map[color]!]!;
    }
  }
  return {
    palette,
    blinking: (vga.attribute_mode & 8) !== 0,
    lineGraphics: (vga.attribute_mode & 4) !== 0,
    cursor: off ? null : readCursor(vga),
  };
}

function readFonts(vga: Vga): Pick<TextState, 'font' | 'secondFont'> {
  const select = vga.character_map_select;
  const place = (two: number, one: number): number => FONT_PLACES[(two & 3) | one]! * FONT_BYTES;
  const first = place(select >> 2, (select & 0x20) >> 3);
  const second = place(select, (select & 0x10) >> 2);
  const font = vga.plane2.subarray(first, first + FONT_BYTES);
  return { font, secondFont: first === second ? font : vga.plane2.subarray(second, second + FONT_BYTES) };
}

function readCells(vga: Vga, into: Uint16Array, columns: number, rows: number): void {
  const splitRow = vga.scan_line_to_screen_row(vga.line_compare);
  const rowBytes = rowLength(vga) * 2;
  const memory = vga.vga_memory;
  let start = vga.start_address * 2;
  for (let row = 0; row < rows; row += 1, start += rowBytes) {
    if (row === splitRow) start = 0;
    for (let column = 0; column < columns; column += 1) {
      const at = start + column * 2;
      into[row * columns + column] = memory[at]! | (memory[at + 1]! << 8);
    }
  }
}

/** Characters from one row to the next, which may be more than are shown. */
const rowLength = (vga: Vga): number => Math.max(vga.max_cols, vga.offset_register * 2, 1);

function readCursor(vga: Vga): TextCursor | null {
  const lastOfFont = vga.max_scan_line & 31;
  const firstLine = vga.cursor_scanline_start & 31;
  const lastLine = Math.min(lastOfFont, vga.cursor_scanline_end & 31);
  if (vga.cursor_scanline_start & CURSOR_OFF || firstLine > lastLine) return null;
  const length = rowLength(vga);
  const below = vga.cursor_address < vga.start_address;
  const place = below ? vga.cursor_address : vga.cursor_address - vga.start_address;
  const row = Math.floor(place / length) + (below ? vga.scan_line_to_screen_row(vga.line_compare) : 0);
  return { row, column: place % length, firstLine, lastLine };
}
