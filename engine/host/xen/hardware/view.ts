import type {
  HardwareItem,
  HardwareView,
  PartSettings,
  SchedulerName,
  SchedulerView,
} from '../../../api/index.ts';
import { type AddableKind, idOf } from '../../../device/device.ts';
import { fieldsOf, shown, type Values } from '../../../device/fields.ts';
import type { Part, PartKind } from '../../../device/part.ts';
import { partsOf } from '../../../toolstack/parts/index.ts';
import { printCpuList, vdevNumber } from '../../../xlcfg/index.ts';
import type { DeviceStates } from '../parse/devices.ts';
import { racks, type Rack, type RackEntry } from './racks.ts';
import type { Subject } from './subject.ts';

const maxItems = 200;

/** What only the host itself can say of a running domain. */
export interface LiveFacts {
  readonly states: DeviceStates;
  readonly schedule: SchedulerView['domains'][number] | null;
  /** That of the domain's pool; null when it is neither credit nor credit2. */
  readonly scheduler: SchedulerName | null;
  readonly pcpus: number;
}

/** Why a device of this kind cannot be plugged into the running domain now; null when it can. */
export function whyNotLive({ plugs }: Rack, { domain, live }: Subject): string | null {
  if (!live) return `${domain.name} is off.`;
  return plugs ? null : 'It is there from the start or not at all: add it to the configuration.';
}

/** Why the file cannot get one. */
export function whyNotConfigured(rack: Rack, { domain, definition }: Subject): string | null {
  if (!definition) return `${domain.name} has no configuration file.`;
  const { config } = definition;
  if (rack.single && rack.entries(config).length > 0) return 'It has one already.';
  return rack.kind === 'sound' && config.type !== 'hvm' ? 'Only HVM guests have sound cards.' : null;
}

function stateOf(kind: AddableKind, { key }: RackEntry, { states }: LiveFacts): string | null {
  if (kind === 'vbd') return states.vbds.get(vdevNumber(key) ?? -1) ?? null;
  return kind === 'vif' ? (states.vifs.get(Number(key)) ?? null) : null;
}

/** A start makes up the address of a card that has none in its file: then there is nothing to compare. */
function comparable(kind: AddableKind, settings: Values, running: Values | undefined): Values {
  if (kind !== 'vif') return settings;
  const { link: _link, ...written } = settings;
  return { ...written, mac: settings['mac'] ?? running?.['mac'] ?? null };
}

function deviceItem(rack: Rack, subject: Subject, facts: LiveFacts, key: string): HardwareItem[] {
  const find = (config: NonNullable<Subject['live']>['config'] | undefined): RackEntry | undefined =>
    config && rack.entries(config).find((entry) => entry.key === key);
  const running = find(subject.live?.config);
  const configured = find(subject.definition?.config);
  const entry = running ?? configured;
  if (!entry) return [];
  const title = entry.title;
  return [
    {
      id: idOf(rack.kind, key === rack.kind ? null : key),
      kind: rack.kind,
      title,
      summary: entry.summary,
      inDomain: running !== undefined,
      inFile: configured !== undefined,
      state: running ? stateOf(rack.kind, running, facts) : null,
      fields: fieldsOf(entry.rules, {
        live: running?.settings,
        configured: configured && comparable(rack.kind, configured.settings, running?.settings),
        hasFile: subject.definition !== null,
      }),
      removeLive: running && !rack.plugs ? `${title} stays until the domain is off.` : null,
      removeConfigured: null,
    },
  ];
}

function deviceItems(rack: Rack, subject: Subject, facts: LiveFacts): HardwareItem[] {
  const configs = [subject.live?.config, subject.definition?.config];
  const keys = configs.flatMap((config) => (config ? rack.entries(config).map(({ key }) => key) : []));
  return [...new Set(keys)].flatMap((key) => deviceItem(rack, subject, facts, key));
}

/** What of a running domain the host says better than what it was made from. */
function overrides(
  kind: PartKind,
  { live }: Subject,
  { schedule, pcpus }: LiveFacts,
): Partial<PartSettings[PartKind]> {
  if (!live) return {};
  if (kind === 'overview') return { name: live.row.name ?? live.config.name, uuid: live.uuid };
  if (kind !== 'cpu' || !schedule) return {};
  const hard = schedule.vcpus[0]?.hard ?? [];
  return {
    vcpus: Math.max(1, schedule.vcpus.filter(({ online }) => online).length),
    maxVcpus: Math.max(1, schedule.vcpus.length),
    weight: schedule.weight,
    capPercent: schedule.cap,
    cpus: hard.length >= pcpus ? 'all' : printCpuList(hard, pcpus),
  };
}

/** Guests without an emulated computer have no serial port: `xl console` shows Xen's own console. */
function named(
  part: Part<PartKind>,
  settings: PartSettings[PartKind],
  type: string,
): Pick<HardwareItem, 'title' | 'summary'> {
  if (part.kind === 'serial' && type !== 'hvm') return { title: 'Console', summary: 'hvc0' };
  return { title: part.title, summary: part.summary(settings).slice(0, 400) };
}

function partItem(part: Part<PartKind>, subject: Subject, facts: LiveFacts): HardwareItem {
  const { live, definition } = subject;
  const beside = part.kind === 'boot' ? { autostart: definition?.autostart ?? false } : {};
  const own = part.kind === 'overview' && definition ? { uuid: definition.config.uuid ?? definition.id } : {};
  const configured = definition && { ...part.read(definition.config.libxl), ...beside, ...own };
  const running = live && {
    ...part.read(live.config.libxl),
    ...beside,
    ...overrides(part.kind, subject, facts),
  };
  const struct = (definition ?? live)?.config.libxl ?? {};
  const rules = part.rules(struct);
  const settings = running ?? configured ?? part.read(struct);
  const sides = {
    live: running ?? undefined,
    configured: configured ?? undefined,
    hasFile: definition !== null,
  };
  return {
    id: part.kind,
    kind: part.kind,
    ...named(part, settings, (live ?? definition)?.config.type ?? 'hvm'),
    inDomain: running !== null,
    inFile: configured !== null,
    state: null,
    fields: [
      ...fieldsOf<Values>(part.kind === 'cpu' ? { ...rules, vcpus: 'live' } : rules, sides),
      ...(part.kind === 'overview' ? identity(subject) : []),
      ...(part.kind === 'cpu' && live && facts.scheduler
        ? shown('Its CPU pool has it.', { scheduler: facts.scheduler })
        : []),
    ],
    removeLive: 'Every domain has this.',
    removeConfigured: 'Every domain has this.',
  };
}

function identity({ live, definition }: Subject): HardwareItem['fields'] {
  const why = 'It is what the domain is.';
  return [
    ...shown(why, live ? { type: live.config.type } : {}, definition ? { type: definition.config.type } : {}),
    ...shown(why, live ? { domid: live.domid } : {}, definition ? { configPath: definition.path } : {}),
  ];
}

export function viewOf(subject: Subject, facts: LiveFacts): HardwareView {
  const parts = Object.values(partsOf(facts.pcpus)).map((part) =>
    partItem(part as Part<PartKind>, subject, facts),
  );
  const devices = Object.values(racks).flatMap((rack) => deviceItems(rack, subject, facts));
  return {
    items: [...parts, ...devices].slice(0, maxItems),
    addable: Object.values(racks).map((rack) => ({
      kind: rack.kind,
      title: rack.title,
      live: whyNotLive(rack, subject),
      configured: whyNotConfigured(rack, subject),
    })),
    // Guests on a real Xen have its drivers: what is plugged in they find by themselves.
    agent: subject.live !== null,
  };
}
