/**
 * The key of a US keyboard for an X keysym, as XT scan code (bit 7 = prefix E0): for viewers that do not say which key
 * it was. They send Shift and the like as keys of their own, so that only the place counts.
 */

const e0 = 0x80;

/** Rows of the keyboard from a scan code on: what each key makes, without and with Shift. */
const rows: readonly (readonly [first: number, plain: string, shifted: string])[] = [
  [0x02, '1234567890-=', '!@#$%^&*()_+'],
  [0x10, 'qwertyuiop[]', 'QWERTYUIOP{}'],
  [0x1e, "asdfghjkl;'`", 'ASDFGHJKL:"~'],
  [0x2b, '\\zxcvbnm,./', '|ZXCVBNM<>?'],
  [0x39, ' ', ' '],
];

const named: readonly (readonly [keysym: number, key: number])[] = [
  [0xff08, 0x0e],
  [0xff09, 0x0f],
  // Tab with Shift has a keysym of its own.
  [0xfe20, 0x0f],
  [0xff0d, 0x1c],
  [0xff1b, 0x01],
  [0xff63, 0x52 | e0],
  [0xffff, 0x53 | e0],
  [0xff50, 0x47 | e0],
  [0xff57, 0x4f | e0],
  [0xff55, 0x49 | e0],
  [0xff56, 0x51 | e0],
  [0xff51, 0x4b | e0],
  [0xff52, 0x48 | e0],
  [0xff53, 0x4d | e0],
  [0xff54, 0x50 | e0],
  [0xffe1, 0x2a],
  [0xffe2, 0x36],
  [0xffe3, 0x1d],
  [0xffe4, 0x1d | e0],
  // Meta, Alt, Super: viewers do not agree which of them a key is.
  [0xffe7, 0x38],
  [0xffe8, 0x38 | e0],
  [0xffe9, 0x38],
  [0xffea, 0x38 | e0],
  [0xfe03, 0x38 | e0],
  [0xff7e, 0x38 | e0],
  [0xffeb, 0x5b | e0],
  [0xffec, 0x5c | e0],
  [0xff67, 0x5d | e0],
  [0xffe5, 0x3a],
  [0xff7f, 0x45],
  [0xff14, 0x46],
  [0xff61, 0x37 | e0],
  // The keypad, as digits and as the keys beside them.
  [0xffaf, 0x35 | e0],
  [0xffaa, 0x37],
  [0xffad, 0x4a],
  [0xffab, 0x4e],
  [0xff8d, 0x1c | e0],
  ...[0x52, 0x4f, 0x50, 0x51, 0x4b, 0x4c, 0x4d, 0x47, 0x48, 0x49].map(
    (key, digit) => [0xffb0 + digit, key] as const,
  ),
  [0xffae, 0x53],
  [0xff9f, 0x53],
  [0xff9e, 0x52],
  [0xff95, 0x47],
  [0xff96, 0x4b],
  [0xff97, 0x48],
  [0xff98, 0x4d],
  [0xff99, 0x50],
  [0xff9a, 0x49],
  [0xff9b, 0x51],
  [0xff9c, 0x4f],
  [0xff9d, 0x4c],
  // F1 to F10, then F11 and F12.
  ...Array.from({ length: 10 }, (_, at) => [0xffbe + at, 0x3b + at] as const),
  [0xffc8, 0x57],
  [0xffc9, 0x58],
];

const keys = new Map<number, number>(named);
for (const [first, ...levels] of rows)
  for (const level of levels) [...level].forEach((char, at) => keys.set(char.charCodeAt(0), first + at));

/** null: no key of a US keyboard makes it. */
export const keyOf = (keysym: number): number | null => keys.get(keysym) ?? null;
