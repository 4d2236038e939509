import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCall } from '../../../engine/cli/lab/program.ts';
import { MODES } from '../../../engine/cli/xenstore/modes.ts';
import { runXenstore } from '../../../engine/cli/xenstore/program.ts';
import { runTop } from '../../../engine/cli/xentop/program.ts';
import { commandTexts } from '../../../engine/cli/xl/help.ts';
import { parseEngineArguments, UsageError } from '../../../engine/entry/options.ts';
import { XenStore } from '../../../engine/xenstore/index.ts';
import { importLegacy, parseConfig } from '../../../engine/xlcfg/index.ts';
import { newLab, row, runInLab } from '../../support/xl-lab.ts';
import { joined } from '../xenstore/joined-client.ts';

/** Every table of arguments, with words made for it and words made for nothing. */
const maxOutput = 64 * 1024;
const common = ['', '-', '--', '0', '1', '-1', '99999999999999999999', 'pv1', 'all', 'a=b', '=', '/dev/null'];
const anything = fc.oneof(
  fc.constantFrom(...common),
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 6 }),
);

/** Options that a help text shows, alone, joined to a value, and cut short. */
function optionsIn(text: string): string[] {
  const shown = text.match(/(?<![\w-])--?[A-Za-z][\w-]*/g) ?? [];
  return [...new Set(shown)].flatMap((option) => [
    option,
    option.startsWith('--') ? `${option}=1` : `${option}1`,
    option.slice(0, -1),
  ]);
}

const wordsFor = (text: string): fc.Arbitrary<string[]> => {
  const own = optionsIn(text);
  const word = own.length === 0 ? anything : fc.oneof(fc.constantFrom(...own), anything);
  return fc.array(word, { maxLength: 6 });
};

const isExitCode = (code: number): boolean => Number.isInteger(code) && code >= 0 && code <= 255;

describe('xl', () => {
  it.each(commandTexts.map((text) => [text.name, JSON.stringify(text)]))(
    '%s takes whatever it is given',
    async (name, text) => {
      await fc.assert(
        fc.asyncProperty(wordsFor(text.replaceAll(String.raw`\n`, ' ')), async (words) => {
          const { rc, out, err } = await runInLab(newLab(), [name, ...words]);
          expect(isExitCode(rc)).toBe(true);
          expect(out.length + err.length).toBeLessThan(maxOutput);
        }),
        { numRuns: 60 },
      );
    },
  );
});

describe('xenstore-', () => {
  it.each(Object.entries(MODES).map(([name, { usage }]) => [name, usage]))(
    '%s takes whatever it is given',
    async (name, usage) => {
      await fc.assert(
        fc.asyncProperty(wordsFor(usage), fc.boolean(), async (words, own) => {
          let printed = 0;
          const count = (text: string): void => void (printed += text.length);
          const store = new XenStore();
          store.write('/a/b', '1');
          const link = joined(store);
          const argv = own ? [`xenstore-${name}`, ...words] : ['xenstore', name, ...words];
          const code = await runXenstore(argv, {
            open: async () => ({
              request: (type, payload, transaction) => link.request(type, payload, transaction),
              nextEvent: () => Promise.reject(new Error('The connection was lost')),
              close: () => link.close(),
            }),
            out: count,
            err: count,
            columns: undefined,
          });
          expect(isExitCode(code)).toBe(true);
          expect(printed).toBeLessThan(maxOutput);
        }),
        { numRuns: 150 },
      );
    },
  );
});

describe('xentop', () => {
  const enough = new Error('Watched for long enough.');

  it('takes whatever it is given, and prints one table a round', async () => {
    const words = wordsFor('-h -V -d -n -x -r -v -b -p -i -f -z --delay --iterations --batch --vcpus');
    await fc.assert(
      fc.asyncProperty(words, fc.boolean(), async (given, batch) => {
        let printed = 0;
        let rounds = 0;
        const count = (text: string): void => void (printed += text.length);
        const { rows, physical } = newLab();
        const running = runTop(batch ? ['-b', ...given] : given, {
          sample: async () => ({ rows: [...rows, row(2, 'x'.repeat(300))], physical }),
          terminal: {
            interactive: false,
            size: () => ({ columns: 80, rows: 24 }),
            write: async () => {},
            onInput: () => () => {},
            onResize: () => () => {},
          },
          out: count,
          err: count,
          now: () => new Date(0),
          sleep: async () => {
            rounds += 1;
            if (rounds > 5) throw enough;
          },
        });
        const code = await running.catch((error: unknown) => {
          if (error !== enough) throw error;
          return 0;
        });
        expect(isExitCode(code)).toBe(true);
        expect(printed).toBeLessThan(maxOutput);
      }),
      { numRuns: 400 },
    );
  });
});

describe('the lab and the engine', () => {
  const verbs = [
    'build',
    'import',
    'export',
    'start',
    'stop',
    'reset',
    'remove',
    'forget-image',
    '1',
    '2',
    '--force',
  ];

  it('understand a call of the lab, or do not', () => {
    const word = fc.oneof(fc.constantFrom(...verbs), anything);
    fc.assert(
      fc.property(word, fc.array(word, { maxLength: 4 }), (command, words) => {
        const call = parseCall(command, words, (path) => `/${path}`);
        if (call) expect(verbs.concat('forgetImage')).toContain(call.verb);
      }),
    );
  });

  it('take the arguments of the engine or say how it is called', () => {
    const words = wordsFor('--state --port');
    fc.assert(
      fc.property(words, (given) => {
        try {
          parseEngineArguments(given, {});
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError);
        }
      }),
    );
  });
});

describe('domus convert', () => {
  const piece = fc.constantFrom(
    ...[
      'name',
      '=',
      '"',
      "'",
      '“',
      '”',
      '[',
      ']',
      ',',
      '\n',
      '\\',
      '#',
      'import os\n',
      'if x:\n',
      '  ',
      'else:',
      'os.uname()[4]',
    ],
    ...[
      'disk',
      'file:/a,hda,w',
      'phy:',
      'tap:aio:',
      'builder="hvm"',
      'root="/dev/xvda1"',
      'vif',
      '%',
      '(',
      ')',
      '+',
      'def f():',
    ],
  );

  it('ends with text that is read to an end, and says of every line what became of it', () => {
    const text = fc.array(fc.oneof(piece, fc.string({ maxLength: 8 })), { maxLength: 60 });
    fc.assert(
      fc.property(text, (pieces) => {
        const before = pieces.join('');
        const converted = importLegacy(before);
        expect(converted.text.length).toBeLessThan(before.length * 20 + 4096);
        const lines = before.split('\n').length;
        for (const { line } of converted.unconverted) expect(line).toBeLessThanOrEqual(lines);
        parseConfig(converted.text);
      }),
      { numRuns: 500 },
    );
  });
});
