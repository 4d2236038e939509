import { findDomain, libxlError, type Xl, type XlContext } from '../context.ts';
import { argument, flag, has, leadingInt, valued } from '../given.ts';
import type { Options } from '../getopt.ts';
import type { Command, CommandTable } from '../program.ts';
import { usage } from './usage.ts';

/* Platform shared resources: the answers of a CPU without them (compare the transcript of psr-hwinfo). */

/** ERROR_FAIL as an exit code. */
const failed = 0xfd;
const noFeature = (xl: Xl, name: string): number => {
  libxlError(xl, `${name} is not supported in this system: No such device`);
  return failed;
};

async function hardware(args: Options, xl: Xl): Promise<number> {
  const all = !['m', 'a', 'b'].some((key) => has(args, key));
  if (all || has(args, 'm')) xl.out('Cache Monitoring Technology (CMT):\nEnabled         : 0\n');
  return all || has(args, 'a') || has(args, 'b') ? failed : 0;
}

const onDomain = (atLeast: number, name: string): Command<XlContext> => ({
  options: [valued('s', 'socket'), valued('l', 'level'), flag('c', 'code'), flag('d', 'data')],
  atLeast,
  async run({ positionals: [domain] }, _, xl) {
    await findDomain(xl, domain);
    return noFeature(xl, name);
  },
});

async function cmtShow([type = '', domain]: readonly string[], xl: Xl): Promise<number> {
  if (!['cache-occupancy', 'total-mem-bandwidth', 'local-mem-bandwidth'].includes(type)) {
    usage(xl, 'psr-cmt-show');
    return 2;
  }
  if (domain !== undefined) await findDomain(xl, domain);
  xl.err('CMT is disabled in the system\n');
  return 0xff;
}

function catShow(args: Options, xl: Xl): number {
  const level = leadingInt(argument(args, 'l') ?? '3');
  xl.err(`Failed to get L${level} cat info\n`);
  return failed;
}

export const psrCommands: CommandTable<XlContext> = {
  'psr-hwinfo': {
    options: [flag('m', 'cmt'), flag('a', 'cat'), flag('b', 'mba')],
    run: (args, _, xl) => hardware(args, xl),
  },
  'psr-cmt-attach': onDomain(1, 'CMT'),
  'psr-cmt-detach': onDomain(1, 'CMT'),
  'psr-cmt-show': { atLeast: 1, run: ({ positionals }, _, xl) => cmtShow(positionals, xl) },
  'psr-cat-set': onDomain(2, 'CAT'),
  'psr-cat-show': { options: [valued('l', 'level')], run: async (args, _, xl) => catShow(args, xl) },
  'psr-mba-set': onDomain(2, 'MBA'),
  'psr-mba-show': {
    async run(_, __, xl) {
      xl.err('Failed to get mba info\n');
      return failed;
    },
  },
};
