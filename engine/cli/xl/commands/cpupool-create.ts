import type { SchedulerName, SchedulerView } from '../../../api/dom0.ts';
import { type ConfigDocument, parseConfig } from '../../../xlcfg/index.ts';
import { attempt, clientOf, commandLine, Exit, libxlError, type Xl, type XlContext } from '../context.ts';
import { argument, flag, has, leadingInt, valued } from '../given.ts';
import type { Options } from '../getopt.ts';
import type { Command } from '../program.ts';
import { readText } from './config-file.ts';
import { cpuList, topologyOf } from './cpus.ts';
import { usage } from './usage.ts';

/** Schedulers that libxl knows by name; the embedded hypervisor has the first two and refuses the others. */
const schedulers: readonly string[] = ['credit', 'credit2', 'sedf', 'arinc653', 'rtds', 'null'];
const schedulerName = (word: string): SchedulerName | undefined =>
  word === 'credit' || word === 'credit2' ? word : undefined;

interface Source {
  readonly file: string | undefined;
  readonly document: ConfigDocument;
}

/** File and `key=value` words; null for two files. */
function words(args: Options): { file: string | undefined; extra: string } | null {
  let file = argument(args, 'f');
  let extra = '';
  for (const word of args.positionals) {
    if (word.includes('=')) extra += `${word}\n`;
    else if (file === undefined) file = word;
    else return null;
  }
  return { file, extra };
}

async function source(xl: Xl, { file, extra }: { file: string | undefined; extra: string }): Promise<Source> {
  const text = file === undefined ? '' : (await readText(xl, file, 1)).text;
  const document = parseConfig(`${text}\n${extra}`, file ?? 'command line');
  if (document.ok) return { file, document };
  const lines = document.diagnostics.map((one) => `${one.text}\n`).join('');
  throw new Exit(1, `${lines}Failed to parse config file: Invalid argument\n`);
}

const textOf = ({ settings }: ConfigDocument, key: string): string | undefined => {
  const value = settings.get(key)?.value;
  return typeof value === 'string' ? value : undefined;
};
const listOf = ({ settings }: ConfigDocument, key: string): readonly string[] | undefined => {
  const value = settings.get(key)?.value;
  return Array.isArray(value) ? (value as readonly unknown[]).map((one) => String(one)) : undefined;
};

const illegal = (cpu: number): Exit => new Exit(1, `cpu ${cpu} illegal or not free\n`);

/** The CPUs asked for; none when nothing is said about them. */
async function cpusOf(xl: Xl, document: ConfigDocument, view: SchedulerView): Promise<number[]> {
  const free = new Set(view.pcpus.filter(({ pool }) => pool === null).map(({ id }) => id));
  const client = await clientOf(xl);
  const topology = topologyOf(await client.dom0.physical({ host: xl.host }));
  const nodes = listOf(document, 'nodes');
  if (nodes) {
    const cpus = nodes
      .flatMap((node) => topology.nodes[leadingInt(node)] ?? [])
      .filter((cpu) => free.has(cpu));
    if (cpus.length === 0) throw new Exit(1, 'no free cpu found\n');
    return cpus;
  }
  const text = textOf(document, 'cpus');
  const wanted =
    listOf(document, 'cpus')?.map(leadingInt) ?? (text === undefined ? [] : cpuList(text, topology));
  for (const cpu of wanted) if (!free.has(cpu)) throw illegal(cpu);
  return [...new Set(wanted)].sort((a, b) => a - b);
}

function nameOf({ file, document }: Source, view: SchedulerView): string {
  const name = textOf(document, 'name') ?? file?.slice(file.lastIndexOf('/') + 1);
  if (name === undefined) throw new Exit(1, 'Missing cpupool name!\n');
  if (view.pools.some((pool) => pool.name === name))
    throw new Exit(1, `Pool name "${name}" already exists\n`);
  return name;
}

async function create(args: Options, dryRun: boolean, xl: Xl): Promise<number> {
  const given = words(args);
  if (!given) {
    usage(xl, 'cpupool-create');
    return 1;
  }
  const from = await source(xl, given);
  const view = await (await clientOf(xl)).scheduler.view({ host: xl.host });
  const name = nameOf(from, view);
  const wanted = textOf(from.document, 'sched') ?? view.pools[0]?.scheduler ?? 'credit2';
  if (!schedulers.includes(wanted)) throw new Exit(1, 'Unknown scheduler\n');
  const cpus = await cpusOf(xl, from.document, view);
  xl.out(`Using config file "${from.file ?? 'command line'}"\n`);
  xl.out(`cpupool name:   ${name}\nscheduler:      ${wanted}\nnumber of cpus: ${cpus.length}\n`);
  if (dryRun) return 0;
  const scheduler = schedulerName(wanted);
  if (!scheduler) {
    libxlError(xl, 'could not create cpupool: Invalid argument');
    xl.err('error on creating cpupool\n');
    return 1;
  }
  const target = { host: xl.host, pool: name, command: commandLine(xl) };
  const done = await attempt(xl, (client) => client.pool.create({ ...target, scheduler, cpus }));
  if (done.ok) return 0;
  xl.err('error on creating cpupool\n');
  return 1;
}

export const createPool: Command<XlContext> = {
  options: [valued('f', 'defconfig'), flag('n', 'dryrun')],
  run: (args, { dryRun }, xl) => create(args, dryRun || has(args, 'n'), xl),
};
