import type { HardwareItem, PartSettings } from '../../../api/index.ts';
import { fieldsOf, shown } from '../../../device/fields.ts';
import type { Part, PartKind } from '../../../device/part.ts';
import { formatCpuSet } from '../../../hypervisor/index.ts';
import type { GuestConfig } from '../../../toolstack/guest-config.ts';
import type { LiveDomain } from '../../../toolstack/live-domain.ts';
import { partsOf } from '../../../toolstack/parts/index.ts';
import { isAutostarted } from '../dom0/autostart.ts';
import type { HostContext } from '../context.ts';
import type { Subject } from './subject.ts';

type Overrides = { readonly [Kind in PartKind]?: Partial<PartSettings[Kind]> };

/** What of a running domain is known better than by what it was made from. */
function liveOverrides(host: HostContext, live: LiveDomain): Overrides {
  const { scheduler, ledger, table } = host.toolstack;
  const params = scheduler.domainParams(live.domid);
  const hard = scheduler.affinity(live.domid, 0)?.hard;
  const account = ledger.domain(live.domid);
  const record = table.get(live.domid);
  return {
    overview: { name: live.config.name, ...(record && { uuid: record.uuid }) },
    cpu: {
      ...(record && { vcpus: record.vcpus.length, maxVcpus: record.vcpus.length }),
      ...(params && { weight: params.weight, capPercent: params.cap }),
      ...(hard && { cpus: formatCpuSet(hard, host.pcpus) }),
    },
    memory: account
      ? {
          memoryMiB: Math.floor(account.targetKiB / 1024),
          maxMemoryMiB: Math.floor(account.staticMaxKiB / 1024),
        }
      : {},
    serial: { ports: live.config.serialPorts },
    balloon: { enabled: live.memory.possible },
  };
}

const extraFields: {
  readonly [Kind in PartKind]?: (subject: Subject, host: HostContext) => HardwareItem['fields'];
} = {
  cpu({ live }, { toolstack }) {
    const params = live && toolstack.scheduler.domainParams(live.domid);
    return params ? shown('Its CPU pool has it.', { scheduler: params.scheduler }) : [];
  },
  balloon({ live }, { toolstack }) {
    const account = live && toolstack.ledger.domain(live.domid);
    const held = account && { heldMiB: Math.floor(account.currentKiB / 1024) };
    return held ? shown('The guest gives it back, or takes it, as its memory changes.', held) : [];
  },
  overview({ live, definition }) {
    const why = 'It is what the domain is.';
    const of = (config: GuestConfig | undefined) => (config ? { type: config.type } : {});
    return [
      ...shown(why, of(live?.config), of(definition?.config)),
      ...shown(why, live ? { domid: live.domid } : {}, definition ? { configPath: definition.path } : {}),
    ];
  },
};

/** One vCPU and one CPU's worth of time are all there is here: the file's numbers are for hosts with more. */
function oneVcpu(item: HardwareItem): HardwareItem {
  const why = 'The embedded machine has one vCPU; the file can say more for a host that has more.';
  const fields = item.fields.map((field) =>
    (field.name === 'vcpus' || field.name === 'maxVcpus') && field.live !== undefined
      ? { ...field, editable: 'no' as const, why }
      : field,
  );
  return { ...item, fields };
}

function partItem<Kind extends PartKind>(
  host: HostContext,
  part: Part<Kind>,
  subject: Subject,
  overrides: Overrides,
  autostart: boolean,
): HardwareItem {
  const { live, definition } = subject;
  const fileOverride =
    part.kind === 'boot' ? { autostart } : part.kind === 'overview' ? { uuid: subject.domain.id } : {};
  const configured = definition && { ...part.read(definition.config.libxl), ...fileOverride };
  const running = live && { ...part.read(live.config.libxl), ...fileOverride, ...overrides[part.kind] };
  const domain = (definition ?? live)?.config.libxl ?? {};
  const settings = running ?? configured ?? part.read(domain);
  return {
    id: part.kind,
    kind: part.kind,
    title: part.title,
    summary: part.summary(settings).slice(0, 400),
    inDomain: running !== null,
    inFile: configured !== null,
    state: null,
    fields: [
      ...fieldsOf(part.rules(domain), {
        live: running ?? undefined,
        configured: configured ?? undefined,
        hasFile: definition !== null,
      }),
      ...(extraFields[part.kind]?.(subject, host) ?? []),
    ],
    removeLive: 'Every domain has this.',
    removeConfigured: 'Every domain has this.',
  };
}

/** The parts every domain has. */
export async function partItems(host: HostContext, subject: Subject): Promise<HardwareItem[]> {
  const overrides = subject.live ? liveOverrides(host, subject.live) : {};
  const autostart = subject.definition !== null && (await isAutostarted(host, subject.definition.path));
  const parts = partsOf(host.pcpus);
  return Object.values(parts).map((part) => {
    const item = partItem(host, part as Part<PartKind>, subject, overrides, autostart);
    return part.kind === 'cpu' ? oneVcpu(item) : item;
  });
}
