import { dom0Uuid, DomusError } from '../../../api/index.ts';
import type { Values } from '../../../device/fields.ts';
import type { PartKind } from '../../../device/part.ts';
import { parseCpuList } from '../../../xlcfg/index.ts';
import type { Dom0Tools } from '../../dom0.ts';
import type { Operation } from '../../operation.ts';
import type { XenContext } from '../host-context.ts';
import type { Running } from './subject.ts';

const numberIn = (values: Values, name: string): number | undefined =>
  typeof values[name] === 'number' ? values[name] : undefined;

/** A field `cpus` as numbers. ERROR_INVAL. */
export function hardCpus(text: unknown, pcpus: number): number[] | null {
  if (typeof text !== 'string') return null;
  const all = Array.from({ length: pcpus }, (_, cpu) => cpu);
  if (text === '' || text === 'all') return all;
  const parsed = parseCpuList(text, { cpuCount: pcpus, nodes: [all] });
  if (!parsed.ok) throw new DomusError('ERROR_INVAL', parsed.message, { field: 'cpus' });
  if (parsed.cpus.length > 0) return [...parsed.cpus];
  throw new DomusError('ERROR_INVAL', `None of the CPUs ${text} is there.`, {
    field: 'cpus',
    fix: `This host has the CPUs 0 to ${pcpus - 1}.`,
  });
}

interface Change {
  readonly host: XenContext;
  readonly tools: Dom0Tools;
  readonly id: string;
  readonly live: Running;
  readonly op: Operation;
}

async function changeCpu({ host, tools, id, op }: Change, values: Values): Promise<void> {
  const hard = hardCpus(values['cpus'], host.facts()?.physical.nrCpus ?? 1);
  const [vcpus, weight, cap] = ['vcpus', 'weight', 'capPercent'].map((name) => numberIn(values, name));
  if (vcpus !== undefined) await tools.setVcpus(id, vcpus, op);
  if (weight !== undefined || cap !== undefined) await tools.setDomainSchedule(id, { weight, cap }, op);
  if (hard) await tools.pinVcpu(id, { vcpu: null, hard }, op);
}

/** The larger one first when both grow, else the smaller one: the maximum is never below the target. */
async function changeMemory({ tools, id, live, op }: Change, values: Values): Promise<void> {
  const target = numberIn(values, 'memoryMiB');
  const most = numberIn(values, 'maxMemoryMiB');
  const grows = (most ?? 0) * 1024 >= live.config.maxMemoryKiB;
  const setMost = async (): Promise<void> => {
    if (most !== undefined) await tools.setMaxMemory(id, most * 1024, op);
  };
  if (grows) await setMost();
  if (target !== undefined) await tools.setMemory(id, target * 1024, op);
  if (!grows) await setMost();
}

async function changeName({ host, live }: Change, values: Values): Promise<void> {
  await host.xl.strict(['xl', 'rename', String(live.domid), String(values['name'])]);
}

const changes: { readonly [Kind in PartKind]?: (change: Change, values: Values) => Promise<void> } = {
  cpu: changeCpu,
  memory: changeMemory,
  overview: changeName,
};

export async function changePart(change: Change, kind: PartKind, values: Values): Promise<void> {
  await changes[kind]?.(change, values);
}

/** ERROR_INVAL for a name that is taken or cannot be one. */
export function checkName(host: XenContext, id: string, name: unknown): void {
  if (typeof name !== 'string') return;
  if (name === 'Domain-0' || /^\s*$|[\x00-\x1f\x7f]/.test(name) || id === dom0Uuid)
    throw new DomusError('ERROR_INVAL', `A domain cannot be called "${name}".`, { field: 'name' });
  const twin = host.domains.byName(name);
  if (twin && twin.id !== id)
    throw new DomusError('ERROR_INVAL', `Domain with name "${name}" already exists.`, { field: 'name' });
}
