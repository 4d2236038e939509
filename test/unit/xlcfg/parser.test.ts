import { describe, expect, it } from 'vitest';
import {
  MAX_CONFIG_LENGTH,
  MAX_LIST_DEPTH,
  parseConfig,
  withOverrides,
} from '../../../engine/xlcfg/index.ts';

const settings = (text: string): Record<string, unknown> =>
  Object.fromEntries([...parseConfig(text).settings].map(([key, { value }]) => [key, value]));
const errors = (text: string): string[] =>
  parseConfig(text, 'f').diagnostics.map((diagnostic) => diagnostic.text);

describe('values', () => {
  it.each([
    ['a bare number equals the quoted one', 'a=12\nb="12"', { a: '12', b: '12' }],
    ['a number keeps its spelling', 'a=0x1f\nb=12abc', { a: '0x1f', b: '12abc' }],
    ['the other quote is literal', `a='say "hi"'\nb="it's"`, { a: 'say "hi"', b: "it's" }],
    [
      'known escapes stand for one character',
      String.raw`a="\a\b\f\n\r\t\v\\\"\'"`,
      { a: '\x07\b\f\n\r\t\v\\"\'' },
    ],
    ['an octal escape yields nothing', String.raw`a="x\012y"`, { a: 'xy' }],
    ['lists nest and may be mixed', 'a=["x",[1,["y"]],]', { a: ['x', ['1', ['y']]] }],
    ['lists may hold newlines and comments', 'a=[ # one\n"x", # two\n\n"y"\n]\n', { a: ['x', 'y'] }],
    ['statements end with a newline or a semicolon', 'a=1;b=2;\n;c=3', { a: '1', b: '2', c: '3' }],
    ['the last assignment wins', 'a=1\na="2"', { a: '2' }],
    ['+= joins texts', 'a="x"\na+="y"\na+="z"', { a: 'xyz' }],
    ['+= appends to lists', 'a=["x"]\na+=["y","z"]', { a: ['x', 'y', 'z'] }],
    ['+= on an unset key acts as =', 'a+=["y"]', { a: ['y'] }],
    [
      'keys may hold dots, digits and underscores',
      'vif.default.x=1\na_9="z"',
      { 'vif.default.x': '1', a_9: 'z' },
    ],
    ['an empty file has no settings', '', {}],
  ])('%s', (_, text, expected) => {
    expect(settings(text)).toEqual(expected);
  });

  it('keeps the line of the last assignment, for messages', () => {
    const { settings: found } = parseConfig('a=1\n\na=[\n2]\n');
    expect(found.get('a')).toMatchObject({ line: 3, appended: false });
  });

  it('does not let a list that grew by += change the text it came from', () => {
    const { assignments } = parseConfig('a=["x"]\na+=["y"]\n');
    expect(assignments.map(({ value }) => (value.kind === 'list' ? value.items.length : 0))).toEqual([1, 1]);
  });
});

describe('errors', () => {
  it.each([
    [
      'capital letters start no word',
      'Name="g"\n',
      ['f:1: config parsing error near `Name="g"\': lexical error'],
    ],
    [
      'bare words are no values',
      'a=b\n',
      [
        "f:1: config parsing error near `b': syntax error, unexpected IDENT, expecting STRING or NUMBER or '['",
      ],
    ],
    [
      'an operator has to follow the key',
      'a 1\n',
      ["f:1: config parsing error near `1': syntax error, unexpected NUMBER, expecting += or '='"],
    ],
    [
      'a list is not closed by a semicolon',
      'a=["x";]\n',
      ["f:1: config parsing error near `;': syntax error, unexpected ';', expecting ']'"],
    ],
    [
      'two statements on a line end the reading',
      'a=1 b=2\nc=$\n',
      ["f:1: config parsing error near `b': syntax error, unexpected IDENT, expecting $end"],
    ],
    [
      'the line is one too low when it is the newline that is wrong',
      'x=1\na= # why\n',
      [
        "f:1: config parsing error near `# why': syntax error, unexpected NEWLINE, expecting STRING or NUMBER or '['",
      ],
    ],
    [
      'a missing value at the end of the file',
      'a=',
      ["f:1: config parsing error near `': syntax error, unexpected $end, expecting STRING or NUMBER or '['"],
    ],
    [
      'texts and lists cannot be added',
      'a="x"\na+=["y"]\n',
      ['f:2: config parsing error near `]\': can\'t add [list] to "string" or vice versa'],
    ],
    [
      'numeric escapes do not work',
      'a="\\x41"\n',
      [
        'f:1: config parsing error near `"\\x41"\': invalid digit after backslash hexnumerical character escape in quoted string',
      ],
    ],
    [
      'a carriage return is an error on each line',
      'a=1\r\nb=2\r\n',
      [
        "f:1: config parsing error near `\r': lexical error",
        "f:2: config parsing error near `\r': lexical error",
      ],
    ],
    [
      'one lexical error per line is enough',
      'a=$ $ x\n',
      ["f:1: config parsing error near `$': lexical error"],
    ],
    ['a comment needs its newline', '# x', ["f:1: config parsing error near `#': lexical error"]],
    ['a stray byte at the very end vanishes', 'a=1\n$', []],
  ])('%s', (_, text, expected) => {
    expect(errors(text)).toEqual(expected);
  });

  it('goes on at the next line and hints at Python', () => {
    const texts = errors('name="g"\nmemory=-1\nkernel="/k"\nvcpus=$2\n');
    expect(texts.slice(0, 2)).toEqual([
      "f:2: config parsing error near `-1': lexical error",
      "f:4: config parsing error near `$2': lexical error",
    ]);
    expect(texts[2]).toContain('warning: Config file looks like it contains Python code.');
  });

  it('still shows an editor what could be read', () => {
    const { ok, assignments } = parseConfig('a=1\nb=$\nc=3\n');
    expect(ok).toBe(false);
    expect(assignments.map(({ key }) => key)).toEqual(['a', 'c']);
  });

  it.each([
    ['a=$x\n', { line: 1, column: 3, endColumn: 5 }],
    ['a=1\nb=  # c\n', { line: 2, column: 5, endColumn: 8 }],
    ['a=\n', { line: 1, column: 3, endColumn: 3 }],
    ['a=1\n\n  "x" \n', { line: 3, column: 3, endColumn: 6 }],
  ])('says where in %j the problem really is', (text, range) => {
    expect(parseConfig(text).diagnostics[0]?.range).toMatchObject(range);
  });
});

describe('positions', () => {
  it('delimit keys, values and list items', () => {
    const text = 'x = 1 # one\ndisk = [ "/d,,xvda",\n\'/e,,xvdb\' ]\n';
    const { assignments, comments } = parseConfig(text);
    const parts = assignments.map(({ keySpan, value }) => [
      text.slice(keySpan.start, keySpan.end),
      text.slice(value.start, value.end),
    ]);
    expect(parts).toEqual([
      ['x', '1'],
      ['disk', '[ "/d,,xvda",\n\'/e,,xvdb\' ]'],
    ]);
    const list = assignments[1]?.value;
    expect(list?.kind === 'list' && list.items.map(({ start, end }) => text.slice(start, end))).toEqual([
      '"/d,,xvda"',
      "'/e,,xvdb'",
    ]);
    expect(comments.map(({ start, end }) => text.slice(start, end))).toEqual(['# one']);
  });
});

describe('bounds', () => {
  const nested = (depth: number): string => `a=${'['.repeat(depth)}${']'.repeat(depth)}\n`;

  it('reads lists nested as deep as the limit', () => {
    expect(parseConfig(nested(MAX_LIST_DEPTH)).ok).toBe(true);
  });

  it('refuses deeper ones with a message of its own', () => {
    const { ok, diagnostics } = parseConfig(nested(MAX_LIST_DEPTH + 1), 'f');
    expect(ok).toBe(false);
    expect(diagnostics.map(({ text }) => text)).toEqual([
      "f:1: config parsing error near `[': lists nest deeper than 64 levels",
    ]);
  });

  it('counts depth anew after an error', () => {
    const text = `${`a=[[[[[[[[[[ ;\n`.repeat(20)}b=[["x"]]\n`;
    const { diagnostics, assignments } = parseConfig(text);
    expect(diagnostics.some(({ kind }) => kind === 'too-deep')).toBe(false);
    expect(assignments.map(({ key }) => key)).toEqual(['b']);
  });

  it('refuses a text above the size limit without reading it', () => {
    const { ok, diagnostics } = parseConfig('#'.repeat(MAX_CONFIG_LENGTH + 1), 'f');
    expect(ok).toBe(false);
    expect(diagnostics[0]?.text).toBe('f: config too large: 1048577 characters, at most 1048576 are read');
  });

  it.each([
    ['stray characters', '$ '],
    ['broken lines', '$\n'],
    ['appended lists', 'a+=[1]\n'],
    ['appended texts', 'a+="x"\n'],
    ['open brackets', 'a=[\n'],
    ['quotes', '"'],
    ['backslashes', 'a="\\\\\\'],
    ['comments', '#\n'],
    ['semicolons', ';'],
  ])('reads a file full of %s to the end', (_, piece) => {
    const text = piece.repeat(Math.floor(MAX_CONFIG_LENGTH / piece.length));
    const { diagnostics } = parseConfig(text);
    expect(diagnostics.length).toBeLessThanOrEqual(1001);
  });
});

describe('words of the command line', () => {
  it('win over the file, which may end anyhow', () => {
    const { ok, settings: found } = parseConfig(withOverrides('memory=1\n# last', ['memory=2', 'vcpus=3']));
    expect(ok).toBe(true);
    expect([found.get('memory')?.value, found.get('vcpus')?.value]).toEqual(['2', '3']);
  });

  it('count on the lines of the file', () => {
    expect(parseConfig(withOverrides('a=1\n', ['b=']), 'f').diagnostics[0]?.text).toMatch(/^f:2: /);
  });
});
