/** What the characters of a text mode stand for: code page 437, which VGA fonts have. */
const low = '\u0000☺☻♥♦♣♠•◘○◙♂♀♪♫☼►◄↕‼¶§▬↨↑↓→←∟↔▲▼';
const high =
  '⌂ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0';

const characters = [...low]
  .map((character) => (character === '\u0000' ? ' ' : character))
  .concat(Array.from({ length: 95 }, (_, at) => String.fromCharCode(32 + at)))
  .concat([...high]);

/** The rows of a text screen as text, without the blanks at their ends. */
export function textRows(cells: Uint16Array, columns: number, rows: number): string[] {
  return Array.from({ length: rows }, (_, row) =>
    Array.from(cells.subarray(row * columns, (row + 1) * columns), (cell) => characters[cell & 0xff] ?? ' ')
      .join('')
      .trimEnd(),
  );
}
