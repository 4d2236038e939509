/**
 * The automaton of the real grammar (xl-cfg reference §2), state by state.
 *
 * A recursive-descent parser would accept the same files but print other errors: which token is "expected",
 * whether parsing goes on after an error, and which text counts as the last one read all follow from the
 * LALR(1) states and their default reductions. So the states are the data here and the driver is tiny.
 */

/** Terminals, in the order in which the error text lists them. */
export const T = {
  end: 0,
  ident: 1,
  string: 2,
  number: 3,
  newline: 4,
  add: 5,
  assign: 6,
  semicolon: 7,
  open: 8,
  close: 9,
  comma: 10,
} as const;
export type Terminal = (typeof T)[keyof typeof T];
export const TERMINAL_COUNT = 11;

/** Names as printed in `syntax error, unexpected X, expecting Y or Z`. */
export const TERMINAL_NAMES = [
  '$end',
  'IDENT',
  'STRING',
  'NUMBER',
  'NEWLINE',
  '+=',
  "'='",
  "';'",
  "'['",
  "']'",
  "','",
] as const;

/** Rules by name: left side, length of the right side. */
export const RULES = {
  file: ['file', 1],
  fileOpenEnd: ['file', 2],
  noStatements: ['stmts', 0],
  statements: ['stmts', 2],
  assignmentStatement: ['stmt', 2],
  emptyStatement: ['stmt', 1],
  recovered: ['stmt', 2],
  assignment: ['assignment', 3],
  opAssign: ['op', 1],
  opAdd: ['op', 1],
  terminator: ['endstmt', 1],
  atomValue: ['value', 1],
  listValue: ['value', 4],
  atom: ['atom', 1],
  emptyList: ['valuelist', 0],
  plainList: ['valuelist', 1],
  trailingComma: ['valuelist', 3],
  firstItem: ['values', 2],
  nextItem: ['values', 5],
  noNewline: ['nlok', 0],
  moreNewline: ['nlok', 2],
} as const;
export type Rule = keyof typeof RULES;

export interface State {
  /** Terminal → next state. */
  readonly shift?: Readonly<Partial<Record<keyof typeof T, number>>>;
  /** Terminal → rule, where the reduction is not the default. */
  readonly reduce?: Readonly<Partial<Record<keyof typeof T, Rule>>>;
  /** Rule applied to any other token; states with nothing else do not even read the next token. */
  readonly otherwise?: Rule;
  /** Left side → next state. */
  readonly goto?: Readonly<Record<string, number>>;
  /** State entered when error recovery reaches this one. */
  readonly onError?: number;
}

const VALUE_START = { string: 16, number: 17, open: 18 } as const;

export const STATES: readonly State[] = [
  /*  0 start */ { otherwise: 'noStatements', goto: { file: 1, stmts: 2 } },
  /*  1 file . */ { shift: { end: 3 } },
  /*  2 stmts . */ {
    shift: { ident: 5, newline: 6, semicolon: 7 },
    reduce: { end: 'file' },
    goto: { stmt: 8, assignment: 9, endstmt: 10 },
    onError: 4,
  },
  /*  3 accept */ {},
  /*  4 error . */ { shift: { newline: 11 } },
  /*  5 IDENT . */ { shift: { add: 12, assign: 13 }, goto: { op: 14 } },
  /*  6 NEWLINE . */ { otherwise: 'terminator' },
  /*  7 ';' . */ { otherwise: 'terminator' },
  /*  8 stmts stmt . */ { otherwise: 'statements' },
  /*  9 stmts assignment . */ {
    shift: { newline: 6, semicolon: 7 },
    otherwise: 'fileOpenEnd',
    goto: { endstmt: 15 },
  },
  /* 10 endstmt . */ { otherwise: 'emptyStatement' },
  /* 11 error NEWLINE . */ { otherwise: 'recovered' },
  /* 12 '+=' . */ { otherwise: 'opAdd' },
  /* 13 '=' . */ { otherwise: 'opAssign' },
  /* 14 IDENT op . */ { shift: VALUE_START, goto: { value: 19, atom: 20 } },
  /* 15 assignment endstmt . */ { otherwise: 'assignmentStatement' },
  /* 16 STRING . */ { otherwise: 'atom' },
  /* 17 NUMBER . */ { otherwise: 'atom' },
  /* 18 '[' . */ { otherwise: 'noNewline', goto: { nlok: 21 } },
  /* 19 IDENT op value . */ { otherwise: 'assignment' },
  /* 20 atom . */ { otherwise: 'atomValue' },
  /* 21 '[' nlok . */ {
    shift: { ...VALUE_START, newline: 22 },
    otherwise: 'emptyList',
    goto: { value: 23, atom: 20, valuelist: 24, values: 25 },
  },
  /* 22 nlok NEWLINE . */ { otherwise: 'moreNewline' },
  /* 23 value . */ { otherwise: 'noNewline', goto: { nlok: 26 } },
  /* 24 '[' nlok valuelist . */ { shift: { close: 27 } },
  /* 25 values . */ { shift: { comma: 28 }, otherwise: 'plainList' },
  /* 26 value nlok . */ { shift: { newline: 22 }, otherwise: 'firstItem' },
  /* 27 '[' … ']' . */ { otherwise: 'listValue' },
  /* 28 values ',' . */ { otherwise: 'noNewline', goto: { nlok: 29 } },
  /* 29 values ',' nlok . */ {
    shift: { ...VALUE_START, newline: 22 },
    otherwise: 'trailingComma',
    goto: { value: 30, atom: 20 },
  },
  /* 30 values ',' nlok value . */ { otherwise: 'noNewline', goto: { nlok: 31 } },
  /* 31 values ',' nlok value nlok . */ { shift: { newline: 22 }, otherwise: 'nextItem' },
];
export const ACCEPT_STATE = 3;
