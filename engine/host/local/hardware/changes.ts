import { z } from 'zod';
import {
  DomusError,
  type FieldValue,
  hardwareSettings,
  type HardwareItem,
  type HardwareKind,
  type HardwareScope,
} from '../../../api/index.ts';
import { isPending } from '../../../device/fields.ts';
import type { PartKind } from '../../../device/part.ts';
import { changeInFile, withOptions } from '../../../toolstack/device-file.ts';
import type { LiveDomain } from '../../../toolstack/live-domain.ts';
import { findBridge } from '../../../toolstack/vifs.ts';
import { partsOf } from '../../../toolstack/parts/index.ts';
import { parseCpuList } from '../../../xlcfg/index.ts';
import type { HardwareChange } from '../../hardware.ts';
import type { Operation } from '../../host.ts';
import type { HostContext } from '../context.ts';
import { setAutostart } from '../dom0/autostart.ts';
import { setMaxMemory, setMemory } from '../dom0/memory.ts';
import { setDomainSchedule } from '../dom0/scheduling.ts';
import { pinVcpu } from '../dom0/vcpus.ts';
import { racks } from './device-items.ts';
import type { Subject } from './subject.ts';
import { deviceOf, filed, fileOf, isNext, isNow, missing, nothing, rateOf, running } from './verbs.ts';
import { viewOf } from './view.ts';

export type Values = Readonly<Record<string, FieldValue>>;

/** The item and the fields that are to change. ERROR_NOTFOUND; ERROR_INVAL, `field` being the one to blame. */
async function changeable(
  host: HostContext,
  subject: Subject,
  id: string,
  values: Values,
): Promise<{ item: HardwareItem; kind: HardwareKind }> {
  const item = (await viewOf(host, subject)).items.find((one) => one.id === id);
  if (!item) throw missing(subject, id, '');
  for (const name of Object.keys(values)) {
    const field = item.fields.find((one) => one.name === name);
    if (!field) throw new DomusError('ERROR_INVAL', `${item.title} has no ${name}.`, { field: name });
    if (field.editable === 'no')
      throw new DomusError('ERROR_INVAL', field.why ?? `${name} cannot be changed.`, { field: name });
  }
  return { item, kind: item.kind };
}

/** Values as the settings' schema reads them. ERROR_INVAL with the schema's words and the field. */
function checked(kind: HardwareKind, values: Values): Values {
  const schema = hardwareSettings[kind].partial();
  const parsed = schema.safeParse(values);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new DomusError('ERROR_INVAL', issue?.message ?? z.prettifyError(parsed.error), {
      field: String(issue?.path[0] ?? 'values'),
    });
  }
  return Object.fromEntries(Object.entries(values).filter(([name]) => name in parsed.data));
}

/** Those of the values that a running domain can take at once. ERROR_INVAL for the others when `only` these were wanted. */
function liveValues(item: HardwareItem, values: Values, only: boolean): Values {
  const isLive = (name: string): boolean =>
    item.fields.some((field) => field.name === name && field.editable === 'live');
  const late = Object.keys(values).find((name) => !isLive(name));
  if (only && late !== undefined) {
    throw new DomusError('ERROR_INVAL', `${late} of ${item.title} changes with the next start only.`, {
      field: late,
      fix: 'Change the configuration instead.',
    });
  }
  return Object.fromEntries(Object.entries(values).filter(([name]) => isLive(name)));
}

type Applier = (
  host: HostContext,
  live: LiveDomain,
  change: { readonly domain: string; readonly key: string; readonly values: Values; readonly op: Operation },
) => Promise<void> | void;

function cpusOf(host: HostContext, text: string): number[] {
  const nodes = [Array.from({ length: host.pcpus }, (_, cpu) => cpu)];
  if (text === '' || text === 'all') return nodes[0] ?? [];
  const result = parseCpuList(text, { cpuCount: host.pcpus, nodes });
  if (!result.ok) throw new DomusError('ERROR_INVAL', `"${text}" is no set of CPUs.`, { field: 'cpus' });
  return [...result.cpus];
}

/** What a change does to a running domain, by kind. */
const appliers: { readonly [Kind in HardwareKind]?: Applier } = {
  cpu(host, _live, { domain, values, op }) {
    const { weight, capPercent, cpus } = values as { weight?: number; capPercent?: number; cpus?: string };
    if (weight !== undefined || capPercent !== undefined)
      setDomainSchedule(host, domain, { weight, cap: capPercent }, op);
    if (cpus !== undefined) pinVcpu(host, domain, { vcpu: null, hard: cpusOf(host, cpus) }, op);
  },
  async memory(host, _live, { domain, values, op }) {
    const { memoryMiB, maxMemoryMiB } = values as { memoryMiB?: number; maxMemoryMiB?: number };
    if (maxMemoryMiB !== undefined) setMaxMemory(host, domain, maxMemoryMiB * 1024, op);
    if (memoryMiB !== undefined) await setMemory(host, domain, memoryMiB * 1024, op);
  },
  async vbd(_host, live, { key, values }) {
    if (values['path'] !== undefined) await live.devices.insertMedium(key, values['path'] as string | null);
  },
  async vif(_host, live, { key, values }) {
    const { bridge, rate, link } = values as { bridge?: string; rate?: string | null; link?: boolean };
    await live.devices.changeNic(Number(key), {
      ...(bridge !== undefined && { bridge }),
      ...(rate !== undefined && { rate: rateOf(rate) }),
      ...(link !== undefined && { link }),
    });
  },
};

const isPart = (kind: HardwareKind, pcpus: number): kind is PartKind => kind in partsOf(pcpus);

/** What the file says after the change; null when it says nothing of it. */
function changedText(host: HostContext, subject: Subject, id: string, values: Values): string | null {
  const definition = filed(subject);
  const file = fileOf(definition);
  const [kind] = id.split(':') as [HardwareKind];
  if (isPart(kind, host.pcpus)) {
    const part = partsOf(host.pcpus)[kind];
    return withOptions(file, part.options(values, definition.config.libxl));
  }
  const device = deviceOf(id);
  const found = racks[device.kind].find(definition.config, subject.domain.id, device.key);
  if (!found) throw missing(subject, id, 'in its configuration');
  // A cable has no word in xl.cfg.
  const { link: _, ...written } = values;
  const after = { ...found.settings, ...written };
  racks[device.kind].check({ kind: device.kind, settings: after } as never);
  if (device.kind === 'vif') findBridge(host.toolstack.bridges, String((after as { bridge: string }).bridge));
  return changeInFile(file, device.kind, found.index, { before: found.settings, after } as never);
}

/** Changes fields of one item. See `HardwareTools.change`; a new name is dealt with by the caller. */
export async function changeItem(
  host: HostContext,
  subject: Subject,
  request: { id: string; values: Values; scope: HardwareScope },
  op: Operation,
): Promise<HardwareChange> {
  const { id, scope } = request;
  const { item, kind } = await changeable(host, subject, id, request.values);
  const values = checked(kind, request.values);
  const { autostart, ...written } = values;
  const text =
    isNext(scope) && Object.keys(written).length > 0 ? changedText(host, subject, id, written) : null;
  if (isNow(scope)) {
    const live = running(subject);
    const now = liveValues(item, written, scope === 'now');
    const [, key = ''] = id.split(':');
    if (Object.keys(now).length > 0)
      await appliers[kind]?.(host, live, { domain: subject.domain.id, key, values: now, op });
  }
  if (text !== null) await host.replaceDefinition(filed(subject), text);
  if (typeof autostart === 'boolean') await setAutostart(host, subject.domain, autostart, op);
  return nothing;
}

/** Gives the file the values of the running domain back. */
export async function revertItem(
  host: HostContext,
  subject: Subject,
  request: { id: string; fields: readonly string[] | undefined },
  op: Operation,
): Promise<HardwareChange> {
  running(subject);
  const { id, fields } = request;
  const item = (await viewOf(host, subject)).items.find((one) => one.id === id);
  if (!item) throw missing(subject, id, '');
  const pending = item.fields.filter(
    (field) => isPending(field) && field.editable !== 'no' && (!fields || fields.includes(field.name)),
  );
  if (pending.length === 0) return nothing;
  const values = Object.fromEntries(pending.map(({ name, live }) => [name, live ?? null]));
  return changeItem(host, subject, { id, values, scope: 'next' }, op);
}
