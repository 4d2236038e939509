import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  configHints,
  type HostFacts,
  importLegacy,
  normalizeMac,
  OPTION_GROUPS,
  parseChannel,
  parseConfig,
  parseCpuList,
  parseDisk,
  parseMemorySizeKiB,
  parseP9,
  parsePci,
  parsePvcalls,
  parseRate,
  parseUsbController,
  parseUsbDevice,
  parseVdispl,
  parseVfb,
  parseVif,
  parseVirtio,
  parseVkb,
  parseVsnd,
  parseVtpm,
  printConfig,
  toDomainConfig,
  vdevNumber,
} from '../../../engine/xlcfg/index.ts';
import { CONFIG_PIECES, soup } from './arbitraries.ts';

const TOPOLOGY = {
  cpuCount: 8,
  nodes: [
    [0, 1, 2, 3],
    [4, 5, 6, 7],
  ],
};
const HOST: HostFacts = { topology: TOPOLOGY, randomUuid: () => '00000000-0000-4000-8000-000000000001' };

const SPEC_PIECES = [
  ...[
    ',',
    ',',
    '=',
    ':',
    ';',
    '@',
    '^',
    '-',
    ' ',
    '\t',
    '\n',
    '0',
    '1',
    '7',
    '10',
    '0x',
    'ff',
    '.',
    '*',
    '/',
    'a',
    'all',
  ],
  ...[
    'target=',
    'vdev=',
    'format=',
    'raw',
    'qcow2',
    'xvda',
    'cdrom',
    'tap:',
    'phy:',
    'foo:',
    'access=',
    'ro',
    'script=',
  ],
  ...[
    'mac=',
    '00:16:3e:',
    'bridge=',
    'rate=',
    'MB/s',
    'ms',
    'devid=',
    'type=',
    'trusted',
    'node:',
    'nodes:',
    '01:00.0',
  ],
  ...[
    'vslot=',
    'name=',
    'bdf=',
    'backend=',
    'uuid=',
    'connection=',
    'pty',
    'socket',
    'path=',
    'connectors=',
    '1x2',
  ],
  ...[
    'card',
    'pcm',
    'stream',
    'sample-rates=',
    'sample-formats=',
    's8',
    'type=P',
    'hostbus=',
    'version=',
    'vnc=1',
  ],
];

/** Every language, each answering with something that can be looked at. */
const LANGUAGES: readonly (readonly [string, (text: string) => unknown])[] = [
  ['disk', parseDisk],
  ['disk words', (text) => parseDisk(text.split(' '))],
  ['vif', (text) => parseVif(text)],
  ['vif words', (text) => parseVif(text.split(' '))],
  ['rate', parseRate],
  ['CPU list', (text) => parseCpuList(text, TOPOLOGY)],
  ['PCI', (text) => parsePci(text)],
  ['vdev', vdevNumber],
  ['memory size', parseMemorySizeKiB],
  ['MAC', normalizeMac],
  ['vfb', parseVfb],
  ['vkb', parseVkb],
  ['usbctrl', parseUsbController],
  ['usbdev', parseUsbDevice],
  ['channel', parseChannel],
  ['p9', (text) => parseP9(text, '/p')],
  ['vtpm', parseVtpm],
  ['vdispl', parseVdispl],
  ['virtio', parseVirtio],
  ['pvcalls', parsePvcalls],
  ['vsnd', (text) => parseVsnd(text.split('\n'))],
];

/** Size of a result, to see that output stays in proportion to input. */
const sizeOf = (value: unknown): number =>
  JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? String(item) : item))?.length ?? 0;

describe('any text', () => {
  it.each(LANGUAGES)('is answered by the %s language', (_, parse) => {
    fc.assert(
      fc.property(soup(SPEC_PIECES), (text) => {
        expect(sizeOf(parse(text))).toBeLessThan(2000 + 400 * text.length);
      }),
      { numRuns: 400 },
    );
  });

  it('is answered by the configuration parser, with positions inside the text', () => {
    fc.assert(
      fc.property(soup(CONFIG_PIECES, 40), (text) => {
        const { ok, diagnostics, assignments, comments } = parseConfig(text);
        expect(ok).toBe(
          diagnostics.every(({ severity }) => severity === 'warning') && diagnostics.length === 0,
        );
        const spans = [...assignments, ...comments, ...diagnostics.map(({ range }) => range)];
        for (const { start, end } of spans) {
          expect(start).toBeGreaterThanOrEqual(0);
          expect(end).toBeGreaterThanOrEqual(start);
          expect(end).toBeLessThanOrEqual(text.length);
        }
        for (const { range } of diagnostics) {
          const line = text.split('\n')[range.line - 1] ?? '';
          expect(range.column - 1).toBeLessThanOrEqual(line.length);
          expect(range.endColumn - 1).toBeLessThanOrEqual(line.length);
        }
        configHints(parseConfig(text), 'pv');
      }),
      { numRuns: 1000 },
    );
  });

  it('is imported into a configuration the parser takes', () => {
    const pieces = [
      ...CONFIG_PIECES,
      ...[
        'import os\n',
        'if x:\n',
        '  ',
        'else:\n',
        '“a”',
        '‘',
        '–',
        "'a' + 'b'",
        'os.path.join(',
        ')',
        'None',
        'EOF\n',
      ],
      ...[
        'cat > f << EOF\n',
        '```\n',
        'nfs_root = "/x"\n',
        "disk = ['phy:hda1,hda1,w!']\n",
        "r'''",
        '{',
        '%',
        'dhcp="dhcp"\n',
      ],
    ];
    fc.assert(
      fc.property(soup(pieces, 40), (text) => {
        const { text: converted } = importLegacy(text);
        expect(parseConfig(converted).diagnostics).toEqual([]);
        // Importing once more changes nothing further.
        expect(importLegacy(converted).text).toBe(converted);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('any settings', () => {
  const keys = OPTION_GROUPS.flatMap(({ options }) => options.map(({ key }) => key));
  const atom = fc.oneof(
    soup(SPEC_PIECES, 6),
    fc.constantFrom(
      '0',
      '1',
      '-1',
      '64',
      '99999999999999999999',
      'hvm',
      'pv',
      'destroy',
      'none',
      'default',
      'x',
    ),
  );
  const value = fc.oneof(atom, fc.array(fc.oneof(atom, fc.array(atom, { maxLength: 3 })), { maxLength: 4 }));
  const settings = fc
    .tuple(
      fc.dictionary(fc.constantFrom(...keys), value, { maxKeys: 8 }),
      fc.constantFrom('pv', 'pvh', 'hvm'),
    )
    .map(([given, type]) => ({ type, name: 'g', kernel: '/k', ...given }));

  it('are checked without an exception, and always the same way', () => {
    fc.assert(
      fc.property(settings, (given) => {
        const document = parseConfig(printConfig(given), 'f');
        expect(document.ok).toBe(true);
        const result = toDomainConfig(document, HOST);
        expect(result.config === undefined).toBe(result.rc !== 0);
        expect(toDomainConfig(document, HOST)).toEqual(result);
        JSON.stringify(result);
      }),
      { numRuns: 1000 },
    );
  });
});
