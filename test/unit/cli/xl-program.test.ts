import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { getopt } from '../../../engine/cli/xl/getopt.ts';
import { type CommandTable, runXl } from '../../../engine/cli/xl/program.ts';

const golden = new URL('../../golden/xl/', import.meta.url);

const table: CommandTable<object> = {
  list: { options: [{ key: 'l', short: 'l', long: 'long' }], run: async () => 0 },
  pause: { atLeast: 1, run: async () => 0 },
  'vcpu-pin': {
    atLeast: 3,
    run: async ({ positionals }, { dryRun }, context) => {
      context.out(`${positionals.join('|')} ${dryRun}`);
      return 0;
    },
  },
};

async function xl(...argv: string[]): Promise<{ rc: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const context = { out: (text: string) => void (out += text), err: (text: string) => void (err += text) };
  const rc = await runXl(argv, table, context);
  return { rc, out, err };
}

describe('xl help', () => {
  it('prints what the real one prints', async () => {
    expect(await xl('help')).toEqual({
      rc: 0,
      err: '',
      out: readFileSync(new URL('help.txt', golden), 'utf8'),
    });
  });

  it('without a command prints the list and fails', async () => {
    expect((await xl()).rc).toBe(1);
    expect((await xl()).out).toBe(readFileSync(new URL('help.txt', golden), 'utf8'));
  });

  it.each(readdirSync(new URL('help/', golden)))('of one command: %s', async (file) => {
    const text = readFileSync(new URL(`help/${file}`, golden), 'utf8');
    expect(await xl('help', file.replace('.txt', ''))).toEqual({ rc: 0, err: '', out: text });
  });

  it('says what it does not know on stdout, successfully', async () => {
    expect(await xl('help', '--long')).toEqual({ rc: 0, err: '', out: 'command "--long" not implemented\n' });
  });
});

describe('xl command lookup', () => {
  it.each([
    [['wibble'], { rc: 1, out: '', err: 'command not implemented\n' }],
    [['cpupool'], { rc: 1, out: '', err: 'command not implemented\n' }],
    [['li'], { rc: 0, out: '', err: '' }],
    [['list', '--wibble'], { rc: 2, out: '', err: "option ` ' not supported.\n" }],
    [['list', '-y'], { rc: 2, out: '', err: "option `y' not supported.\n" }],
    [['-V'], { rc: 1, out: '', err: "xl: invalid option -- 'V'\nunknown global option\n" }],
    [['-N', 'pause', 'x'], { rc: 1, out: '', err: 'command does not implement -N (dryrun) option\n' }],
    [['-N', 'vcpu-pin', 'a', '0', '-', 'all'], { rc: 0, out: 'a|0|-|all true', err: '' }],
  ])('xl %j', async (argv, expected) => {
    expect(await xl(...argv)).toEqual(expected);
  });

  it('too few arguments: a sentence on stderr, usage on stdout, exit 2', async () => {
    expect(await xl('pause')).toEqual({
      rc: 2,
      err: "'xl pause' requires at least 1 argument.\n\n",
      out: readFileSync(new URL('help/pause.txt', golden), 'utf8'),
    });
  });
});

describe('getopt', () => {
  const specs = [
    { key: 'a', short: 'a', long: 'all' },
    { key: 'd', short: 'd', long: 'domain', argument: true },
  ];
  it.each([
    [
      ['-ad', 'x', 'y'],
      {
        given: [
          { key: 'a', value: true },
          { key: 'd', value: 'x' },
        ],
        positionals: ['y'],
      },
    ],
    [
      ['y', '--dom=x', '-a'],
      {
        given: [
          { key: 'd', value: 'x' },
          { key: 'a', value: true },
        ],
        positionals: ['y'],
      },
    ],
    [['-dx', '--', '-a'], { given: [{ key: 'd', value: 'x' }], positionals: ['-a'] }],
    [['-'], { given: [], positionals: ['-'] }],
    [['-d'], { badOption: 'd' }],
    [['--all=1'], { badOption: ' ' }],
  ])('%j', (words, expected) => {
    expect(getopt(words, specs)).toEqual(expected);
  });
});
