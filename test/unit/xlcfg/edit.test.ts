import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addListItem,
  type Input,
  OPTION_GROUPS,
  parseConfig,
  printConfig,
  removeListItem,
  removeOption,
  setListItem,
  setOption,
  setOptionEdits,
} from '../../../engine/xlcfg/index.ts';
import { CONFIG_PIECES, key, settingValue, soup } from './arbitraries.ts';

const FILE = `# A guest of mine
name = "web"   # the name
memory=512; vcpus = 2

disk = [
    "/a,,xvda", # root
    "/b,,xvdb",
    # spare
    '/c,,xvdc'  # data
]
vif = [ 'mac=00:16:3e:00:00:01' ]
extra = "a"
extra += " b"
`;
const doc = (text = FILE) => parseConfig(text);

/** Lines that differ, old with -, new with +. */
function difference(before: string, after: string): string[] {
  const [old, now] = [before.split('\n'), after.split('\n')];
  return [
    ...old.filter((line) => !now.includes(line)).map((line) => `-${line}`),
    ...now.filter((line) => !old.includes(line)).map((line) => `+${line}`),
  ];
}

describe('setting an option', () => {
  it.each<[string, string, Input, string[]]>([
    [
      'keeps the comment behind it',
      'name',
      'db',
      ['-name = "web"   # the name', '+name = "db"   # the name'],
    ],
    [
      'keeps its neighbours on the line',
      'memory',
      1024,
      ['-memory=512; vcpus = 2', '+memory=1024; vcpus = 2'],
    ],
    [
      'keeps the kind of quotes',
      'vif',
      ['bridge=b'],
      ["-vif = [ 'mac=00:16:3e:00:00:01' ]", "+vif = [ 'bridge=b' ]"],
    ],
    ['quotes what needs quotes', 'memory', '-1', ['-memory=512; vcpus = 2', '+memory="-1"; vcpus = 2']],
    ['puts an appended text together', 'extra', 'x', ['-extra = "a"', '-extra += " b"', '+extra = "x"']],
    ['adds a missing option at the end', 'boot', 'dc', ['+boot = "dc"']],
    ['writes booleans as 1 and 0', 'vnc', true, ['+vnc = 1']],
    [
      'changes one item of a list',
      'disk',
      ['/a,,xvda', '/z,,xvdb', '/c,,xvdc'],
      ['-    "/b,,xvdb",', '+    "/z,,xvdb",'],
    ],
    [
      'inserts an item before the first',
      'disk',
      ['/0,,xvd0', '/a,,xvda', '/b,,xvdb', '/c,,xvdc'],
      ['+    "/0,,xvd0",'],
    ],
    ['takes items out with their lines', 'disk', ['/a,,xvda', '/c,,xvdc'], ['-    "/b,,xvdb",']],
  ])('%s', (_, name, value, expected) => {
    const after = setOption(doc(), name, value);
    expect(difference(FILE, after)).toEqual(expected);
    expect(parseConfig(after).ok).toBe(true);
  });

  it('changes nothing when the value is there already', () => {
    expect(setOptionEdits(doc(), 'memory', '512')).toEqual([]);
    expect(setOptionEdits(doc(), 'disk', ['/a,,xvda', '/b,,xvdb', '/c,,xvdc'])).toEqual([]);
  });

  it('adds an item behind the last one and its comment', () => {
    const after = addListItem(doc(), 'disk', '/d,,xvdd');
    expect(after).toContain(`    '/c,,xvdc',  # data\n    '/d,,xvdd'\n]`);
  });

  it('makes the option when an item is added to none', () => {
    expect(addListItem(doc('a=1'), 'pci', '01:00.0')).toBe('a=1\npci = [ "01:00.0" ]\n');
  });

  it('changes and removes single items', () => {
    expect(setListItem(doc(), 'vif', 0, 'bridge=b')).toContain(`vif = [ 'bridge=b' ]`);
    expect(removeListItem(doc(), 'vif', 0)).toContain('vif = []');
    expect(removeListItem(doc(), 'vif', 7)).toBe(FILE);
    expect(setListItem(doc(), 'nothing', 0, 'x')).toBe(FILE);
  });

  it('refuses a key the file could not hold', () => {
    expect(() => setOption(doc(), 'Full-Screen', 1)).toThrow(RangeError);
  });
});

describe('removing an option', () => {
  it.each([
    ['takes the line with its comment', 'name', ['-name = "web"   # the name']],
    ['takes a statement out of its line', 'memory', ['-memory=512; vcpus = 2', '+vcpus = 2']],
    [
      'takes the last statement of a line with its separator',
      'vcpus',
      ['-memory=512; vcpus = 2', '+memory=512'],
    ],
    ['takes every assignment', 'extra', ['-extra = "a"', '-extra += " b"']],
    ['leaves other files alone', 'nothing', []],
  ])('%s', (_, name, expected) => {
    expect(difference(FILE, removeOption(doc(), name))).toEqual(expected);
  });

  it('copes with the same option twice on a line', () => {
    expect(removeOption(doc('a=1;a=2\nb=3\n'), 'a')).toBe('\nb=3\n');
  });
});

const settings = (text: string): Map<string, unknown> =>
  new Map([...parseConfig(text).settings].map(([name, { value }]) => [name, value]));

describe('whatever the file', () => {
  const soundFile = soup(
    [...CONFIG_PIECES, 'a=[\n"x", # c\n"y"\n]\n', 'a=["p","q"];', 'b="1" # c\n', 'a+=["z"]\n'],
    16,
  ).filter((text) => parseConfig(text).ok);

  it('an option that was set has the value, and the others keep theirs', () => {
    fc.assert(
      fc.property(soundFile, key, settingValue.value, settingValue.list, (text, name, value, list) => {
        for (const wanted of [value, list] as Input[]) {
          const after = setOption(parseConfig(text), name, wanted);
          expect(parseConfig(after).diagnostics).toEqual([]);
          expect(settings(after)).toEqual(new Map([...settings(text), [name, wanted]]));
        }
      }),
      { numRuns: 600 },
    );
  });

  it('a key in use can be set and removed', () => {
    const some = fc.array(fc.constantFrom('x', 'y', 'z', 'p', 'q'), { maxLength: 5 });
    fc.assert(
      fc.property(soundFile, fc.constantFrom('a', 'b'), some, (text, name, list) => {
        const after = setOption(parseConfig(text), name, list);
        expect(parseConfig(after).diagnostics).toEqual([]);
        expect(settings(after).get(name)).toEqual(list);
        const without = settings(removeOption(parseConfig(text), name));
        const expected = settings(text);
        expected.delete(name);
        expect(without).toEqual(expected);
      }),
      { numRuns: 600 },
    );
  });

  it('list items come and go where they should', () => {
    const list = fc.array(fc.constantFrom('x', 'y', 'z'), { maxLength: 6 });
    const layouts = ['[ ', ' ]', ', '] as const;
    const tall = ['[\n  ', '\n]', ', # why\n  '] as const;
    fc.assert(
      fc.property(list, list, fc.boolean(), fc.boolean(), (from, to, lines, trailing) => {
        const [open, close, separator] = lines ? tall : layouts;
        const items = from.map((item) => `"${item}"`).join(separator);
        const comma = trailing && from.length > 0 ? ',' : '';
        const text = `# top\na = ${open}${items}${comma}${close} # end\nb=1\n`;
        const after = setOption(parseConfig(text), 'a', to);
        expect(settings(after)).toEqual(
          new Map<string, unknown>([
            ['a', to],
            ['b', '1'],
          ]),
        );
        expect(after).toContain('# top\n');
        expect(after).toContain(' # end\n');
      }),
      { numRuns: 600 },
    );
  });
});

describe('a new file', () => {
  it('has the options in groups, the known before the unknown', () => {
    const text = printConfig(
      { zzz: 1, vif: [''], memory: 64, name: 'g', disk: ['/a,,xvda', '/b,,xvdb'], kernel: '/k' },
      { comments: true },
    );
    expect(text).toBe(
      '# Identity\nname = "g"\n\n# Memory\nmemory = 64\n\n# Boot\nkernel = "/k"\n\n# Storage\ndisk = [\n' +
        '    "/a,,xvda",\n    "/b,,xvdb",\n]\n\n# Network\nvif = [ "" ]\n\n# Other\nzzz = 1\n',
    );
  });

  it('is the same whatever the order of the settings', () => {
    expect(printConfig({ a: 1, name: 'g' })).toBe(printConfig({ name: 'g', a: 1 }));
  });

  it('is read back as the settings it was made of', () => {
    const known = OPTION_GROUPS.flatMap(({ options }) => options.map((option) => option.key));
    const given = fc.dictionary(fc.oneof(key, fc.constantFrom(...known)), settingValue.value, { maxKeys: 8 });
    fc.assert(
      fc.property(given, fc.boolean(), (wanted, comments) => {
        const text = printConfig(wanted as Record<string, Input>, { comments });
        expect(parseConfig(text).diagnostics).toEqual([]);
        expect(Object.fromEntries(settings(text))).toEqual({ ...wanted });
      }),
      { numRuns: 1000 },
    );
  });
});
