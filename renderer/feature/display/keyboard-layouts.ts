/**
 * Where characters are on the keyboards guests are set to. A row of text stands for a row of keys, one string a level;
 * a space means that the key has nothing (of its own) there. `dead` keys wait for a second one: Space makes them plain.
 */
const keys = [
  ['Backquote', ...digits('Digit', '1234567890'), 'Minus', 'Equal'],
  [...digits('Key', 'QWERTYUIOP'), 'BracketLeft', 'BracketRight'],
  [...digits('Key', 'ASDFGHJKL'), 'Semicolon', 'Quote', 'Backslash'],
  ['IntlBackslash', ...digits('Key', 'ZXCVBNM'), 'Comma', 'Period', 'Slash'],
] as const;

function digits(prefix: string, letters: string): string[] {
  return [...letters].map((letter) => prefix + letter);
}

interface LayoutTable {
  readonly title: string;
  readonly plain: readonly string[];
  readonly shift: readonly string[];
  readonly altgr: readonly string[];
  readonly dead: string;
}

const tables = {
  us: {
    title: 'English (US)',
    plain: ['`1234567890-=', 'qwertyuiop[]', "asdfghjkl;'\\", ' zxcvbnm,./'],
    shift: ['~!@#$%^&*()_+', 'QWERTYUIOP{}', 'ASDFGHJKL:"|', ' ZXCVBNM<>?'],
    altgr: [],
    dead: '',
  },
  gb: {
    title: 'English (UK)',
    plain: ['`1234567890-=', 'qwertyuiop[]', "asdfghjkl;'#", '\\zxcvbnm,./'],
    shift: ['¬!"£$%^&*()_+', 'QWERTYUIOP{}', 'ASDFGHJKL:@~', '|ZXCVBNM<>?'],
    altgr: ['¦   €'],
    dead: '',
  },
  de: {
    title: 'German',
    plain: ['^1234567890ß´', 'qwertzuiopü+', 'asdfghjklöä#', '<yxcvbnm,.-'],
    shift: ['°!"§$%&/()=?`', 'QWERTZUIOPÜ*', "ASDFGHJKLÖÄ'", '>YXCVBNM;:_'],
    altgr: ['  ²³   {[]}\\', '@ €        ~', '', '|      µ'],
    dead: '^´`',
  },
  fr: {
    title: 'French',
    plain: ['²&é"\'(-è_çà)=', 'azertyuiop^$', 'qsdfghjklmù*', '<wxcvbn,;:!'],
    shift: [' 1234567890°+', 'AZERTYUIOP¨£', 'QSDFGHJKLM%µ', '>WXCVBN?./§'],
    altgr: ['  ~#{[|`\\^@]}', '  €        ¤'],
    dead: '¨',
  },
  es: {
    title: 'Spanish',
    plain: ["º1234567890'¡", 'qwertyuiop`+', 'asdfghjklñ´ç', '<zxcvbnm,.-'],
    shift: ['ª!"·$%&/()=?¿', 'QWERTYUIOP^*', 'ASDFGHJKLÑ¨Ç', '>ZXCVBNM;:_'],
    altgr: ['\\|@#~€¬', '          []', '          {}'],
    dead: '`´^¨',
  },
  it: {
    title: 'Italian',
    plain: ["\\1234567890'ì", 'qwertyuiopè+', 'asdfghjklòàù', '<zxcvbnm,.-'],
    shift: ['|!"£$%&/()=?^', 'QWERTYUIOPé*', 'ASDFGHJKLç°§', '>ZXCVBNM;:_'],
    altgr: ['', '  €       []', '         @#'],
    dead: '',
  },
} satisfies Record<string, LayoutTable>;

export type LayoutId = keyof typeof tables;
export const layoutIds = Object.keys(tables) as readonly LayoutId[];
export const layoutTitle = (id: LayoutId): string => tables[id].title;

/** How a character is typed: a key by its place (`KeyboardEvent.code`) and what is held meanwhile. */
export interface Stroke {
  readonly code: string;
  readonly shift: boolean;
  readonly altgr: boolean;
  /** Press Space afterwards. */
  readonly dead: boolean;
}

const everywhere: readonly (readonly [string, string])[] = [
  [' ', 'Space'],
  ['\n', 'Enter'],
  ['\t', 'Tab'],
];

function build(table: LayoutTable): ReadonlyMap<string, Stroke> {
  const strokes = new Map<string, Stroke>(
    everywhere.map(([char, code]) => [char, { code, shift: false, altgr: false, dead: false }]),
  );
  const levels = [
    { rows: table.plain, shift: false, altgr: false },
    { rows: table.shift, shift: true, altgr: false },
    { rows: table.altgr, shift: false, altgr: true },
  ];
  for (const { rows, shift, altgr } of levels) {
    rows.forEach((row, at) =>
      [...row].forEach((char, place) => {
        const code = keys[at]?.[place];
        if (char === ' ' || code === undefined) return;
        const dead = table.dead.includes(char);
        // A way without a dead key goes before one with it; else the first level counts.
        if (strokes.get(char) && (dead || !strokes.get(char)?.dead)) return;
        strokes.set(char, { code, shift, altgr, dead });
      }),
    );
  }
  return strokes;
}

const built = new Map<LayoutId, ReadonlyMap<string, Stroke>>();

/** How `char` is typed on a keyboard of that layout; undefined when it is not on it. */
export function strokeOf(layout: LayoutId, char: string): Stroke | undefined {
  let strokes = built.get(layout);
  if (!strokes) built.set(layout, (strokes = build(tables[layout])));
  return strokes.get(char);
}
