import { diskWords, vifWords } from '../../engine/api/device-words.ts';
import type { DomainInfo } from '../../engine/api/domain.ts';
import {
  type DeviceDraft,
  deviceSettings,
  type FieldValue,
  type HardwareItem,
  type HardwareScope,
} from '../../engine/api/hardware.ts';
import { imageLine } from './file-line.ts';
import { domainWord, domusLine, joined, shellLine } from './xl.ts';

/**
 * What does the same as a change of hardware. `xl` has words for much of what a running domain can take; what it has none
 * for, and what is written to a file, is a line of `domus`.
 */
type Named = Pick<DomainInfo, 'name' | 'domid' | 'host'>;
type Values = Readonly<Record<string, FieldValue>>;
type ItemName = Pick<HardwareItem, 'id' | 'kind'>;
type Placed = ItemName & Pick<HardwareItem, 'inDomain' | 'inFile'>;

const isLive = (scope: HardwareScope): boolean => scope !== 'next';
const places: Readonly<Record<HardwareScope, readonly string[]>> = {
  now: ['--now'],
  next: ['--next'],
  both: [],
};

/** What tells a device from others of its kind: `xvdb` of `vbd:xvdb`. */
const keyOf = ({ id, kind }: ItemName): string => id.slice(kind.length + 1);

/** A password is not for logs: whoever types the line has it in a variable. */
const typedPassword = 'password="$VNC_PASSWORD"';

/** A line of `domus` about the domain's hardware, its settings as `NAME=VALUE`. */
function domusWith(
  domain: Named,
  verb: string,
  words: readonly string[],
  values: Values,
  scope: HardwareScope,
): string {
  const secret = typeof values['password'] === 'string' && values['password'] !== '';
  const pairs = Object.entries(values)
    .filter(([name]) => name !== 'password' || !secret)
    .map(([name, value]) => `${name}=${value ?? ''}`);
  const line = domusLine(domain.host, verb, domainWord(domain), ...words, ...pairs, ...places[scope]);
  return secret ? `${line} ${typedPassword}` : line;
}

/** Settings that are not as they would be anyway. */
function toldSettings({ kind, settings }: DeviceDraft): Values {
  const shape: Readonly<Record<string, { safeParse(value: unknown): { data?: unknown } }>> =
    deviceSettings[kind].shape;
  return Object.fromEntries(
    Object.entries(settings as Values).filter(
      ([name, value]) => shape[name]?.safeParse(undefined).data !== value,
    ),
  );
}

/** The words of xl that plug a device into a running domain; null: it has none for all that this device is. */
function attachLine(domain: Named, device: DeviceDraft): string | null {
  const word = domainWord(domain);
  if (device.kind === 'vbd' && !device.settings.shared)
    return shellLine('xl', 'block-attach', word, diskWords(device.settings));
  if (device.kind === 'vif' && device.settings.link)
    return shellLine('xl', 'network-attach', word, ...vifWords(device.settings));
  return null;
}

/** What is done to the running domain by xl is done to the file by domus; without a line of xl domus does all. */
const besides = (
  xl: string | null,
  scope: HardwareScope,
  domus: (scope: HardwareScope) => string,
): readonly string[] =>
  xl === null ? [domus(scope)] : scope === 'both' ? [xl, domus('next')] : isLive(scope) ? [xl] : [];

/** The line that adds a device. */
export function addLine(
  domain: Named,
  device: DeviceDraft,
  scope: HardwareScope,
  newImageMiB: number | null = null,
): string | null {
  const disk = device.kind === 'vbd' ? device.settings : null;
  const make =
    newImageMiB === null || !disk || disk.path === null
      ? []
      : [imageLine(domain.host, disk.path, { sizeMiB: newImageMiB, format: disk.format })];
  const attach = isLive(scope) ? attachLine(domain, device) : null;
  const add = (where: HardwareScope): string =>
    domusWith(domain, 'add', [device.kind], toldSettings(device), where);
  return joined([...make, ...besides(attach, scope, add)]);
}

function detachLine(domain: Named, item: ItemName, force: boolean): string | null {
  if (item.kind === 'vif') return shellLine('xl', 'network-detach', domainWord(domain), keyOf(item));
  if (item.kind !== 'vbd') return null;
  return shellLine('xl', 'block-detach', domainWord(domain), keyOf(item), ...(force ? ['--force'] : []));
}

/** The line that takes a device out. */
export function removeLine(domain: Named, item: Placed, scope: HardwareScope, force: boolean): string | null {
  const remove = (where: HardwareScope): string =>
    domusWith(domain, 'remove', [item.id, ...(force && isLive(where) ? ['--force'] : [])], {}, where);
  const detach = isLive(scope) && item.inDomain ? detachLine(domain, item, force) : null;
  return joined(besides(detach, scope === 'both' && !item.inFile ? 'now' : scope, remove));
}

/** The line that puts a medium into a drive, or takes it out. xl knows CD drives only. */
export function insertLine(
  domain: Named,
  item: Placed & Pick<HardwareItem, 'fields'>,
  path: string | null,
  scope: HardwareScope,
): string | null {
  const word = domainWord(domain);
  const type = item.fields.find(({ name }) => name === 'devtype');
  const floppy = (type?.live ?? type?.configured) === 'floppy';
  const medium = path === null ? [] : [path];
  const xl =
    !isLive(scope) || floppy
      ? null
      : shellLine('xl', path === null ? 'cd-eject' : 'cd-insert', word, keyOf(item), ...medium);
  const insert = (where: HardwareScope): string =>
    domusWith(domain, 'insert', [item.id, ...medium], {}, where);
  return joined(besides(xl, scope, insert));
}

const has = (value: FieldValue | undefined): value is Exclude<FieldValue, null> =>
  value !== undefined && value !== null;

/** Each scheduler has a command of its own; a pool has credit2 where the host does not say. */
const schedulerOf = ({ fields }: HardwareItem): 'credit' | 'credit2' =>
  fields.find(({ name }) => name === 'scheduler')?.live === 'credit' ? 'credit' : 'credit2';

/** Lines of xl, and the names of the settings that they set. */
interface Told {
  readonly lines: readonly string[];
  readonly names: readonly string[];
}

function cpuLines(domain: Named, item: HardwareItem, { weight, capPercent, cpus, vcpus }: Values): Told {
  const word = domainWord(domain);
  const schedule = [
    ...(has(weight) ? ['-w', String(weight)] : []),
    ...(has(capPercent) ? ['-c', String(capPercent)] : []),
  ];
  const lines = [
    ...(has(vcpus) ? [shellLine('xl', 'vcpu-set', word, String(vcpus))] : []),
    ...(schedule.length > 0 ? [shellLine('xl', `sched-${schedulerOf(item)}`, '-d', word, ...schedule)] : []),
    ...(has(cpus) ? [shellLine('xl', 'vcpu-pin', word, 'all', cpus === '' ? 'all' : String(cpus))] : []),
  ];
  return { lines, names: ['weight', 'capPercent', 'cpus', 'vcpus'] };
}

/** The larger one first when both grow: a domain's most memory is never below what it has. */
function memoryLines(domain: Named, item: HardwareItem, { memoryMiB, maxMemoryMiB }: Values): Told {
  const word = domainWord(domain);
  const set = has(memoryMiB) ? [shellLine('xl', 'mem-set', word, `${memoryMiB}m`)] : [];
  const most = has(maxMemoryMiB) ? [shellLine('xl', 'mem-max', word, `${maxMemoryMiB}m`)] : [];
  const before = Number(item.fields.find(({ name }) => name === 'maxMemoryMiB')?.live ?? 0);
  const grows = Number(maxMemoryMiB ?? 0) >= before;
  return { lines: grows ? [...most, ...set] : [...set, ...most], names: ['memoryMiB', 'maxMemoryMiB'] };
}

/** What xl can do of these changes to the running domain. */
function xlLines(domain: Named, item: HardwareItem, live: Values, scope: HardwareScope): Told {
  if (item.kind === 'cpu') return cpuLines(domain, item, live);
  if (item.kind === 'memory') return memoryLines(domain, item, live);
  if (item.kind === 'vbd' && typeof live['path'] !== 'undefined') {
    const line = insertLine(domain, item, live['path'] as string | null, 'now');
    return line?.startsWith('xl ') ? { lines: [line], names: ['path'] } : { lines: [], names: [] };
  }
  // A name that is changed in both places is changed at once: by its old one it would not be found any more.
  if (item.kind === 'overview' && scope === 'now' && typeof live['name'] === 'string')
    return { lines: [shellLine('xl', 'rename', domainWord(domain), live['name'])], names: ['name'] };
  return { lines: [], names: [] };
}

const without = (values: Values, names: readonly string[]): Values =>
  Object.fromEntries(Object.entries(values).filter(([name]) => !names.includes(name)));

/** The line that changes an item. */
export function changeLine(
  domain: Named,
  item: HardwareItem,
  values: Values,
  scope: HardwareScope,
): string | null {
  const set = (told: Values, where: HardwareScope): string[] =>
    Object.keys(told).length === 0 ? [] : [domusWith(domain, 'set', [item.id], told, where)];
  if (!isLive(scope) || !item.inDomain) return joined(set(values, scope));
  const live = Object.fromEntries(
    Object.entries(values).filter(([name]) =>
      item.fields.some((field) => field.name === name && field.editable === 'live'),
    ),
  );
  const { lines, names } = xlLines(domain, item, live, scope);
  if (lines.length === 0) return joined(set(values, scope));
  const rest = without(live, names);
  if (scope === 'now') return joined([...lines, ...set(rest, 'now')]);
  return joined([...lines, ...set(rest, 'now'), ...set(values, 'next')]);
}

/** The line that makes the file say what runs. */
export function revertLine(domain: Named, { id }: ItemName, fields: readonly string[] = []): string {
  return domusLine(domain.host, 'revert', domainWord(domain), id, ...fields);
}
