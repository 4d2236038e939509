import { DomusError, type FieldValue, type HardwareItem } from '../../../api/index.ts';
import type { Values } from '../../../device/fields.ts';
import type { Part, PartKind } from '../../../device/part.ts';
import { withOptions } from '../../../toolstack/device-file.ts';
import type { LiveDomain } from '../../../toolstack/live-domain.ts';
import { partsOf } from '../../../toolstack/parts/index.ts';
import { parseCpuList } from '../../../xlcfg/index.ts';
import type { Operation } from '../../operation.ts';
import type { HostContext } from '../context.ts';
import { setAutostart } from '../dom0/autostart.ts';
import { setMaxMemory, setMemory } from '../dom0/memory.ts';
import { checkName } from '../dom0/rename.ts';
import { setDomainSchedule } from '../dom0/scheduling.ts';
import { pinVcpu } from '../dom0/vcpus.ts';
import type { Places, Prepared } from './carry-out.ts';
import { liveOnes } from './values.ts';

type PartItem = HardwareItem & { readonly kind: PartKind };

interface LiveChange {
  readonly host: HostContext;
  readonly id: string;
  readonly live: LiveDomain;
  readonly op: Operation;
}

const numberIn = (values: Values, name: string): number | undefined =>
  typeof values[name] === 'number' ? values[name] : undefined;

function hardCpus(host: HostContext, text: FieldValue | undefined): number[] | null {
  if (typeof text !== 'string') return null;
  const all = Array.from({ length: host.pcpus }, (_, cpu) => cpu);
  if (text === '') return all;
  const parsed = parseCpuList(text, { cpuCount: host.pcpus, nodes: [all] });
  if (!parsed.ok) throw new DomusError('ERROR_INVAL', parsed.message, { field: 'cpus' });
  if (parsed.cpus.length === 0) {
    throw new DomusError('ERROR_INVAL', `None of the CPUs ${text} is there.`, {
      field: 'cpus',
      fix: `This host has the CPUs 0 to ${host.pcpus - 1}.`,
    });
  }
  return [...parsed.cpus];
}

function changeCpu({ host, id, op }: LiveChange, values: Values): () => Promise<void> {
  const hard = hardCpus(host, values['cpus']);
  const weight = numberIn(values, 'weight');
  const cap = numberIn(values, 'capPercent');
  return async () => {
    if (weight !== undefined || cap !== undefined) setDomainSchedule(host, id, { weight, cap }, op);
    if (hard) pinVcpu(host, id, { vcpu: null, hard }, op);
  };
}

/** The larger one first when both grow, else the smaller one: the maximum is never below the target. */
function changeMemory({ host, id, live, op }: LiveChange, values: Values): () => Promise<void> {
  const target = numberIn(values, 'memoryMiB');
  const most = numberIn(values, 'maxMemoryMiB');
  const setMost = (): void => {
    if (most !== undefined) setMaxMemory(host, id, most * 1024, op);
  };
  return async () => {
    const grows = (most ?? 0) * 1024 >= (host.toolstack.ledger.domain(live.domid)?.staticMaxKiB ?? 0);
    if (grows) setMost();
    if (target !== undefined) await setMemory(host, id, target * 1024, op);
    if (!grows) setMost();
  };
}

function changeName({ host, id, live }: LiveChange, values: Values): () => Promise<void> {
  const name = String(values['name']);
  return async () => {
    live.rename(name);
    host.domains.get(id).rename(name);
  };
}

const liveChanges: {
  readonly [Kind in PartKind]?: (change: LiveChange, values: Values) => () => Promise<void>;
} = { cpu: changeCpu, memory: changeMemory, overview: changeName };

/** `values` are checked and may change where they are to. */
export function preparePart(
  host: HostContext,
  { subject, live, file }: Places,
  item: PartItem,
  values: Values,
  op: Operation,
): Prepared {
  const { domain } = subject;
  const part = partsOf(host.pcpus)[item.kind] as Part<PartKind>;
  if (item.kind === 'overview' && typeof values['name'] === 'string')
    checkName(host, domain.id, values['name']);
  if (item.kind === 'cpu') hardCpus(host, values['cpus']);
  const now = live ? liveOnes(item, values) : {};
  const change = Object.keys(now).length > 0 ? liveChanges[item.kind] : undefined;
  const { autostart } = values;
  return {
    text: file && withOptions(file, part.options(values, file.config.libxl)),
    live: live && change ? change({ host, id: domain.id, live, op }, now) : null,
    ...(file &&
      typeof autostart === 'boolean' && { beside: () => setAutostart(host, domain, autostart, op) }),
    said: `${item.title} of ${domain.name} is changed${change ? '' : ' for its next start'}.`,
  };
}

export const isPart = (item: HardwareItem, pcpus: number): item is PartItem => item.kind in partsOf(pcpus);
