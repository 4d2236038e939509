import { attemptOn, clientOf, findDomain, libxlError, lookUp, type Xl, type XlContext } from '../context.ts';
import { vcpuTable } from '../format/domains.ts';
import { bitmap } from '../format/text.ts';
import { flag, has, leadingInt } from '../given.ts';
import type { Options } from '../getopt.ts';
import type { CommandTable, Globals } from '../program.ts';
import { cpuList, topologyOf } from './cpus.ts';

/** Header first, then row by row: a name that is unknown ends the list in the middle, as in the real one. */
async function list(words: readonly string[], xl: Xl): Promise<number> {
  const client = await clientOf(xl);
  const { domains, pcpus } = await client.scheduler.view({ host: xl.host });
  const [header = '', ...rest] = vcpuTable(domains, pcpus.length).split('\n');
  if (words.length === 0) {
    xl.out(`${header}\n${rest.join('\n')}`);
    return 0;
  }
  xl.out(`${header}\n`);
  const rows = await client.dom0.domains({ host: xl.host });
  for (const word of words) {
    const found = lookUp(rows, word);
    if (!found) {
      xl.err(`${word} is an invalid domain identifier (rc=-6)\n`);
      return 1;
    }
    const own = domains.filter(({ domid }) => domid === found.domid);
    xl.out(vcpuTable(own, pcpus.length).slice(header.length + 1));
  }
  return 0;
}

async function set(args: Options, xl: Xl): Promise<number> {
  const [domain, word = ''] = args.positionals;
  const found = await findDomain(xl, domain);
  if (!/^\s*[+-]?\d/.test(word)) {
    xl.err('Error: Invalid argument.\n');
    return 1;
  }
  const { row, domid } = found;
  const count = leadingInt(word);
  if (!row) {
    libxlError(xl, 'Non-existant domain', domid);
    return 1;
  }
  const { nrCpus } = await (await clientOf(xl)).dom0.physical({ host: xl.host });
  if (!has(args, 'i') && count > row.vcpusOnline && count > nrCpus) {
    xl.err(
      `You are overcommmitting! You have ${nrCpus} physical CPUs and want ${count} vCPUs! ` +
        'Aborting, use --ignore-host to continue\n',
    );
    return 1;
  }
  if (count > row.vcpusMax) {
    libxlError(
      xl,
      `Requested ${count} VCPUs, however maxcpus is ${row.vcpusMax}!: Function not implemented`,
      domid,
    );
    return refusedCount(xl, domid, count, -3);
  }
  if (count < 1) {
    libxlError(xl, 'Requested 0 VCPUs!: Function not implemented', domid);
    return refusedCount(xl, domid, count, -3);
  }
  const done = await attemptOn(xl, found, (client, target) => client.live.setVcpus({ ...target, count }));
  return done.ok ? 0 : refusedCount(xl, domid, count, done.rc);
}

function refusedCount(xl: Xl, domid: number, count: number, rc: number): number {
  xl.err(`libxl_set_vcpuonline failed domid=${domid} max_vcpus=${count}, rc: ${rc}\n`);
  return 1;
}

/** Number of the vCPU, null for all of them; undefined after an error message. */
function vcpuNumber(args: Options, word: string, xl: Xl): number | null | undefined {
  if (/^\s*\+?\d/.test(word)) return leadingInt(word);
  if (word !== 'all') {
    xl.err(`Error: Invalid argument ${word} as VCPU.\n`);
    return undefined;
  }
  if (!has(args, 'f')) return null;
  xl.err("Error: --force and 'all' as VCPU not allowed.\n");
  return undefined;
}

async function pin(args: Options, { dryRun }: Globals, xl: Xl): Promise<number> {
  const [domain, vcpuWord = '', hardWord = '', softWord = '-'] = args.positionals;
  const found = await findDomain(xl, domain);
  const vcpu = vcpuNumber(args, vcpuWord, xl);
  if (vcpu === undefined) return 1;
  const physical = await (await clientOf(xl)).dom0.physical({ host: xl.host });
  const topology = topologyOf(physical);
  const hard = hardWord === '-' ? undefined : cpuList(hardWord, topology);
  const soft = softWord === '-' ? undefined : cpuList(softWord, topology);
  if (dryRun) {
    const shown = hard ? bitmap(hard, physical.nrCpus) : '-';
    xl.out(`cpumap: ${shown}${soft ? ` ${bitmap(soft, physical.nrCpus)}` : ''}\n`);
    return 0;
  }
  for (const [name, map] of Object.entries({ hard, soft })) {
    if (map?.length !== 0) continue;
    xl.err(`vcpu ${name} affinity map is empty\n`);
    return 1;
  }
  const done = await attemptOn(xl, found, (client, target) =>
    client.live.pinVcpu({ ...target, vcpu, ...(hard ? { hard } : {}), ...(soft ? { soft } : {}) }),
  );
  if (done.ok) return 0;
  xl.err(vcpu === null ? 'Could not set affinity.\n' : `Could not set affinity for vcpu \`${vcpu}'.\n`);
  return 1;
}

export const vcpuCommands: CommandTable<XlContext> = {
  'vcpu-list': { run: (args, _, xl) => list(args.positionals, xl) },
  'vcpu-set': { options: [flag('i', 'ignore-host')], atLeast: 2, run: (args, _, xl) => set(args, xl) },
  'vcpu-pin': {
    options: [flag('f', 'force'), flag('i', 'ignore-global-affinity-masks')],
    atLeast: 3,
    run: pin,
  },
};
