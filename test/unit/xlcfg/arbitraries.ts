import fc from 'fast-check';

/** Text made of pieces that mean something to a language, mixed with noise. */
export function soup(pieces: readonly string[], maxLength = 24): fc.Arbitrary<string> {
  const piece = fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...pieces) },
    { weight: 1, arbitrary: fc.string({ maxLength: 4 }) },
    { weight: 1, arbitrary: fc.string({ maxLength: 3, unit: 'binary' }) },
  );
  return fc.array(piece, { maxLength }).map((parts) => parts.join(''));
}

export const CONFIG_PIECES = [
  ...[
    'a',
    'b',
    'memory',
    'disk',
    '=',
    '+=',
    '\n',
    '\n',
    ' ',
    '\t',
    ';',
    ',',
    '[',
    ']',
    '"x"',
    "'y'",
    '12',
    '0x1f',
  ],
  ...[
    '-1',
    '$',
    '#',
    '# c\n',
    '"\\n"',
    '"\\x41"',
    '"\\012"',
    '"un',
    '(',
    'True',
    'é',
    '\r\n',
    'a="1"\n',
    'b=["p"]\n',
  ],
];

/** A value of a setting that can be written. */
export const settingValue = fc.letrec<{ value: string | readonly unknown[]; list: readonly unknown[] }>(
  (tie) => ({
    value: fc.oneof({ maxDepth: 3 }, fc.string(), fc.string({ unit: 'binary', maxLength: 8 }), tie('list')),
    list: fc.array(tie('value'), { maxLength: 4 }),
  }),
);

export const key = fc.stringMatching(/^[a-z][._0-9a-z]{0,8}$/);
