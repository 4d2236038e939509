import type { DomainRow } from '../../../api/dom0.ts';
import { Exit, findDomain, liveDomains, lookUp, type Xl, type XlContext } from '../context.ts';
import { domainTable, uptimeTable, vmTable } from '../format/domains.ts';
import { left, lines, mebi, nullable, right } from '../format/text.ts';
import { flag, has, leadingInt, longOnly } from '../given.ts';
import type { Options } from '../getopt.ts';
import type { CommandTable } from '../program.ts';
import { longJson, runningConfig } from './long.ts';
import { domainSxp } from './sxp.ts';
import { usage } from './usage.ts';

/** One domain, or all. Ends the command for one that does not exist. */
async function chosen(xl: Xl, word: string | undefined): Promise<readonly DomainRow[]> {
  if (word === undefined) return liveDomains(xl);
  const { row } = await findDomain(xl, word);
  if (!row) throw new Exit(1, `Error: Domain '${word}' does not exist.\n`);
  return [row];
}

/** Domains whose configuration cannot be read are left out, as in the real one. */
async function long(xl: Xl, rows: readonly DomainRow[], sxp: boolean): Promise<string> {
  const configs = await Promise.all(rows.map((row) => runningConfig(xl, row)));
  const known = configs.filter((config) => config !== null);
  return sxp ? known.map((config) => domainSxp(config, xl.now())).join('\n') : longJson(known);
}

async function list(args: Options, xl: Xl): Promise<number> {
  if (args.positionals.length > 1) {
    usage(xl, 'list');
    return 1;
  }
  const rows = await chosen(xl, args.positionals[0]);
  if (has(args, 'l') || has(args, 'sxp')) {
    xl.out(await long(xl, rows, has(args, 'sxp')));
    return 0;
  }
  const columns = {
    verbose: has(args, 'v'),
    context: has(args, 'Z'),
    pool: has(args, 'c'),
    numa: has(args, 'n'),
  };
  xl.out(domainTable(rows, columns));
  return 0;
}

async function uptime(args: Options, xl: Xl): Promise<number> {
  const all = await liveDomains(xl);
  const rows: DomainRow[] = [];
  for (const word of args.positionals) {
    const found = lookUp(all, word);
    if (!found) throw new Exit(1, `${word} is an invalid domain identifier (rc=-6)\n`);
    if (found.row) rows.push(found.row);
  }
  xl.out(uptimeTable(args.positionals.length > 0 ? rows : all, xl.now(), has(args, 's')));
  return 0;
}

async function domid([name = '']: readonly string[], xl: Xl): Promise<number> {
  const row = (await liveDomains(xl)).find((one) => one.name === name);
  if (!row) {
    xl.err(`Can't get domid of domain name '${name}', maybe this domain does not exist.\n`);
    return 1;
  }
  xl.out(`${row.domid}\n`);
  return 0;
}

async function domname([word = '']: readonly string[], xl: Xl): Promise<number> {
  const id = leadingInt(word);
  if (id === 0 && !/^\s*[+-]?\d/.test(word)) {
    xl.err('Invalid domain id.\n\n');
    return 1;
  }
  const row = (await liveDomains(xl)).find((one) => one.domid === id);
  if (row?.name == null) {
    xl.err(`Can't get domain name of domain id '${word}', maybe this domain does not exist.\n`);
    return 1;
  }
  xl.out(`${row.name}\n`);
  return 0;
}

/** `xl sharing`: no domain shares pages here. */
async function sharing(args: Options, xl: Xl): Promise<number> {
  if (args.positionals.length > 1) {
    usage(xl, 'sharing');
    return 2;
  }
  const rows = await chosen(xl, args.positionals[0]);
  const body = rows.map(({ name, domid: id, memoryKiB, claimedKiB }) => {
    const memory = mebi(memoryKiB + claimedKiB);
    return `${left(nullable(name), 40)} ${right(id, 5)} ${right(memory, 5)}  ${right(0, 5)}`;
  });
  xl.out(lines([`Name${' '.repeat(40)}ID   Mem Shared`, ...body]));
  return 0;
}

export const listCommands: CommandTable<XlContext> = {
  list: {
    options: [
      flag('l', 'long'),
      flag('v', 'verbose'),
      flag('Z', 'context'),
      flag('c', 'cpupool'),
      flag('n', 'numa'),
      longOnly('sxp'),
    ],
    run: (args, _, xl) => list(args, xl),
  },
  'vm-list': {
    run: async (_, __, xl) => {
      xl.out(vmTable(await liveDomains(xl)));
      return 0;
    },
  },
  claims: {
    run: async (_, __, xl) => {
      xl.out(domainTable(await liveDomains(xl), { claims: true }));
      return 0;
    },
  },
  uptime: { options: [flag('s', 'short')], run: (args, _, xl) => uptime(args, xl) },
  domid: { atLeast: 1, run: (args, _, xl) => domid(args.positionals, xl) },
  domname: { atLeast: 1, run: (args, _, xl) => domname(args.positionals, xl) },
  sharing: { run: (args, _, xl) => sharing(args, xl) },
};
