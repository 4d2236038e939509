import type { SchedulerView } from '../../../api/dom0.ts';
import {
  attempt,
  attemptOn,
  clientOf,
  commandLine,
  Exit,
  liveDomains,
  lookUp,
  type Xl,
  type XlContext,
} from '../context.ts';
import { poolCpuTable, poolTable } from '../format/host.ts';
import { flag, has } from '../given.ts';
import type { Options } from '../getopt.ts';
import type { Command, CommandTable } from '../program.ts';
import { cpuList, topologyOf } from './cpus.ts';
import { createPool } from './cpupool-create.ts';
import { findPool } from './pool-arg.ts';

const view = async (xl: Xl): Promise<SchedulerView> => (await clientOf(xl)).scheduler.view({ host: xl.host });
const target = (xl: Xl, pool: string) => ({ host: xl.host, pool, command: commandLine(xl) });

/** The one command that knows pools by name only. */
async function list(args: Options, xl: Xl): Promise<number> {
  const { pools } = await view(xl);
  const [name] = args.positionals;
  const chosen = name === undefined ? pools : pools.filter((pool) => pool.name === name);
  if (name !== undefined && chosen.length === 0) {
    xl.err(`Pool '${name}' does not exist\n`);
    return 1;
  }
  xl.out(has(args, 'c') ? poolCpuTable(chosen) : poolTable(chosen));
  return 0;
}

/** Here xl's own sentence is all that is said (compare the transcript of cpupool operations). */
const silently = (xl: Xl): Xl => ({ ...xl, err: () => undefined });

async function destroy([word = '']: readonly string[], xl: Xl): Promise<number> {
  const { name } = findPool((await view(xl)).pools, word);
  const done = await attempt(silently(xl), (client) => client.pool.destroy(target(xl, name)));
  if (done.ok) return 0;
  xl.err(`Can't destroy cpupool '${word}'\n`);
  return 1;
}

async function rename([word = '', name = '']: readonly string[], xl: Xl): Promise<number> {
  const pool = findPool((await view(xl)).pools, word);
  const done = await attempt(silently(xl), (client) =>
    client.pool.rename({ ...target(xl, pool.name), name }),
  );
  if (done.ok) return 0;
  xl.err(`Can't rename cpupool '${word}'\n`);
  return 1;
}

/** Adding and removing CPUs; what fails in part is only a warning (xl-commands §5). */
function changeCpus(call: 'addCpus' | 'removeCpus', warning: string): Command<XlContext> {
  return {
    atLeast: 2,
    async run({ positionals: [word = '', list = ''] }, _, xl) {
      const client = await clientOf(xl);
      const { name } = findPool((await view(xl)).pools, word);
      const cpus = cpuList(list, topologyOf(await client.dom0.physical({ host: xl.host })));
      if (cpus.length === 0) return 0;
      const done = await attempt(xl, (known) => known.pool[call]({ ...target(xl, name), cpus }));
      if (!done.ok) xl.err(`${warning} ${word}\n`);
      return 0;
    },
  };
}

async function migrate([domain = '', word = '']: readonly string[], xl: Xl): Promise<number> {
  const found = lookUp(await liveDomains(xl), domain);
  if (!found?.row) throw new Exit(1, `unknown domain '${domain}'\n`);
  const { name: pool } = findPool((await view(xl)).pools, word);
  const done = await attemptOn(xl, found, (client, on) => client.pool.moveDomain({ ...on, pool }));
  return done.ok ? 0 : 1;
}

/** One pool per NUMA node, named after it; the first pool keeps the CPUs of node 0. */
async function numaSplit(xl: Xl): Promise<number> {
  const client = await clientOf(xl);
  const { pools } = await view(xl);
  const [first] = pools;
  if (pools.length !== 1 || !first) {
    xl.err('splitting not possible, already cpupools in use\n');
    return 1;
  }
  const { nodes } = topologyOf(await client.dom0.physical({ host: xl.host }));
  const split = await attempt(xl, async () => {
    await client.pool.rename({ ...target(xl, first.name), name: 'Pool-node0' });
    for (const [node, cpus] of [...nodes.entries()].slice(1)) {
      await client.pool.removeCpus({ ...target(xl, 'Pool-node0'), cpus: [...cpus] });
      const scheduler = first.scheduler;
      await client.pool.create({ ...target(xl, `Pool-node${node}`), scheduler, cpus: [...cpus] });
    }
  });
  return split.ok ? 0 : 1;
}

export const cpupoolCommands: CommandTable<XlContext> = {
  'cpupool-create': createPool,
  'cpupool-list': { options: [flag('c', 'cpus')], run: (args, _, xl) => list(args, xl) },
  'cpupool-destroy': { atLeast: 1, run: (args, _, xl) => destroy(args.positionals, xl) },
  'cpupool-rename': { atLeast: 2, run: (args, _, xl) => rename(args.positionals, xl) },
  'cpupool-cpu-add': changeCpus('addCpus', 'some cpus may not have been added to'),
  'cpupool-cpu-remove': changeCpus(
    'removeCpus',
    'some cpus may have not or only partially been removed from',
  ),
  'cpupool-migrate': { atLeast: 2, run: (args, _, xl) => migrate(args.positionals, xl) },
  'cpupool-numa-split': { run: (_, __, xl) => numaSplit(xl) },
};
