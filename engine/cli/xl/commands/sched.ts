import type { SchedulerName, SchedulerView } from '../../../api/dom0.ts';
import {
  attempt,
  attemptOn,
  clientOf,
  commandLine,
  Exit,
  findDomain,
  libxlError,
  type Xl,
  type XlContext,
} from '../context.ts';
import { poolLine, scheduleTable } from '../format/host.ts';
import { argument, flag, has, leadingInt, valued } from '../given.ts';
import type { Options } from '../getopt.ts';
import type { Command, CommandTable } from '../program.ts';
import { findPool, type Pool } from './pool-arg.ts';

/** What differs between credit and credit2. */
interface Kind {
  readonly scheduler: SchedulerName;
  /** libxl's word for it in its own messages. */
  readonly title: string;
  /** Options that set a pool's parameters, and the field they set. */
  readonly parameters: Readonly<Record<string, 'tsliceMs' | 'ratelimitUs' | 'migrationDelayUs'>>;
  readonly exclusive: string;
  readonly poolExcludes: readonly string[];
}

const credit: Kind = {
  scheduler: 'credit',
  title: 'Credit',
  parameters: { t: 'tsliceMs', r: 'ratelimitUs', m: 'migrationDelayUs' },
  exclusive: 'Specifying a cpupool or schedparam is not allowed with domain options.\n',
  poolExcludes: ['p', 's'],
};
const credit2: Kind = {
  scheduler: 'credit2',
  title: 'Credit2',
  parameters: { r: 'ratelimitUs' },
  exclusive: 'Specifying a cpupool is not allowed with options.\n',
  poolExcludes: ['p'],
};

const view = async (xl: Xl): Promise<SchedulerView> => (await clientOf(xl)).scheduler.view({ host: xl.host });

const anyOf = (args: Options, keys: readonly string[]): boolean => keys.some((key) => has(args, key));

/** The numbers given for some options, under the names of the contract. */
function numbers<Field extends string>(args: Options, fields: Readonly<Record<string, Field>>) {
  const result: Partial<Record<Field, number>> = {};
  for (const [key, field] of Object.entries<Field>(fields)) {
    const value = argument(args, key);
    if (value !== undefined) result[field] = leadingInt(value);
  }
  return result;
}

/** Refuses combinations of options, in the order of the real one. Undefined: nothing to say. */
function contradiction(kind: Kind, args: Options): string | undefined {
  const domainValues = anyOf(args, ['w', 'c']);
  if (anyOf(args, kind.poolExcludes) && (has(args, 'd') || domainValues)) return kind.exclusive;
  if (!has(args, 'd') && domainValues) return 'Must specify a domain.\n';
  // credit2 ignores -r without -s silently.
  if (kind === credit && !has(args, 's') && anyOf(args, Object.keys(kind.parameters)))
    return 'Must specify schedparam to set schedule parameter values.\n';
  return undefined;
}

function wrongScheduler(xl: Xl, { title, scheduler }: Kind, call: 'get' | 'set'): void {
  libxlError(xl, `${call === 'get' ? 'getting' : 'Setting'} ${title} scheduler parameters: Invalid argument`);
  xl.err(`libxl_sched_${scheduler}_params_${call} failed.\n`);
}

async function poolParameters(kind: Kind, args: Options, xl: Xl, pool: Pool): Promise<number> {
  const values = numbers(args, kind.parameters);
  const matches = pool.scheduler === kind.scheduler;
  if (Object.keys(values).length === 0) {
    if (!matches) wrongScheduler(xl, kind, 'get');
    xl.out(matches ? poolLine(pool) : `Cpupool ${pool.name}: [sched params unavailable]\n`);
    return 0;
  }
  if (!matches) {
    wrongScheduler(xl, kind, 'get');
    return 1;
  }
  const target = { host: xl.host, pool: pool.name, command: commandLine(xl) };
  const done = await attempt(xl, (client) => client.scheduler.setPool({ ...target, ...values }));
  if (done.ok) return 0;
  xl.err(`libxl_sched_${kind.scheduler}_params_set failed.\n`);
  return 1;
}

async function oneDomain(kind: Kind, args: Options, xl: Xl): Promise<number> {
  const found = await findDomain(xl, argument(args, 'd'));
  const { domains, pools } = await view(xl);
  const domain = domains.find(({ domid }) => domid === found.domid);
  const active = pools.find(({ name }) => name === domain?.pool)?.scheduler;
  const values = numbers(args, { w: 'weight', c: 'cap' } as const);
  if (Object.keys(values).length === 0) {
    xl.out(scheduleTable([]));
    if (domain && active === kind.scheduler) {
      xl.out(scheduleTable([domain]).split('\n').slice(1).join('\n'));
      return 0;
    }
    xl.err(`libxl_domain_sched_params_get returned ${active ?? 'unknown'} not ${kind.scheduler}.\n`);
    return 1;
  }
  if (found.row && active !== kind.scheduler) {
    libxlError(xl, `Getting domain sched ${kind.scheduler}: Invalid argument`, found.domid);
    xl.err('libxl_domain_sched_params_set failed.\n');
    return 1;
  }
  const done = await attemptOn(xl, found, (client, target) =>
    client.scheduler.setDomain({ ...target, ...values }),
  );
  if (done.ok) return 0;
  xl.err('libxl_domain_sched_params_set failed.\n');
  return 1;
}

async function everything(kind: Kind, poolWord: string | undefined, xl: Xl): Promise<number> {
  const { pools, domains } = await view(xl);
  const only = poolWord === undefined ? undefined : findPool(pools, poolWord);
  for (const pool of pools) {
    if (pool.scheduler !== kind.scheduler || (only && only.id !== pool.id)) continue;
    xl.out(poolLine(pool) + scheduleTable(domains.filter((domain) => domain.pool === pool.name)));
  }
  return 0;
}

function command(kind: Kind): Command<XlContext> {
  return {
    options: [
      valued('d', 'domain'),
      valued('w', 'weight'),
      valued('c', 'cap'),
      valued('p', 'cpupool'),
      valued('r', 'ratelimit_us'),
      flag('s', 'schedparam'),
      ...(kind === credit ? [valued('t', 'tslice_ms'), valued('m', 'migration_delay_us')] : []),
    ],
    async run(args, _, xl) {
      const refusal = contradiction(kind, args);
      if (refusal !== undefined) throw new Exit(1, refusal);
      const pool = argument(args, 'p');
      if (has(args, 's'))
        return poolParameters(kind, args, xl, findPool((await view(xl)).pools, pool ?? '0'));
      return has(args, 'd') ? oneDomain(kind, args, xl) : everything(kind, pool, xl);
    },
  };
}

/** sched-rtds: what the options alone make wrong; the scheduler itself is not part of the embedded host. */
async function rtds(args: Options, xl: Xl): Promise<number> {
  const values = anyOf(args, ['p', 'b', 'e']);
  const counts = ['p', 'b', 'e'].map((key) => args.given.filter((one) => one.key === key).length);
  const vcpus = args.given.filter(({ key }) => key === 'v').map(({ value }) => value);
  const refuse = (sentence: string): number => {
    xl.err(sentence);
    return 1;
  };
  if (has(args, 'cpupool') && (has(args, 'd') || has(args, 'v') || values))
    return refuse('Specifying a cpupool is not allowed with other options.\n');
  if (!has(args, 'd') && (values || has(args, 'v'))) return refuse('Missing parameters.\n');
  if (has(args, 'd') && !has(args, 'v') && values) return refuse('Must specify VCPU.\n');
  if (vcpus.includes('all') && vcpus.some((vcpu) => vcpu !== 'all')) return refuse('Incorrect VCPU IDs.\n');
  if (values && counts.some((count) => count !== Math.max(vcpus.length, 1)))
    return refuse('Incorrect number of period, budget and extratime\n');
  if (!has(args, 'd')) return 0;
  const found = await findDomain(xl, argument(args, 'd'));
  libxlError(xl, 'Getting vcpu sched rtds: Invalid argument', found.domid);
  return refuse(`libxl_vcpu_sched_params_${values ? 'set' : 'get'} failed.\n`);
}

export const schedulerCommands: CommandTable<XlContext> = {
  'sched-credit': command(credit),
  'sched-credit2': command(credit2),
  'sched-rtds': {
    options: [
      valued('d', 'domain'),
      valued('p', 'period'),
      valued('b', 'budget'),
      valued('e', 'extratime'),
      valued('v', 'vcpuid'),
      { key: 'cpupool', long: 'cpupool', argument: true },
      { key: 'cpupool', short: 'c' },
    ],
    run: (args, _, xl) => rtds(args, xl),
  },
};
