import { diskWords, vifWords } from '../../engine/api/device-words.ts';
import type { DomainInfo } from '../../engine/api/domain.ts';
import type { DeviceDraft, FieldValue, HardwareItem, HardwareScope } from '../../engine/api/hardware.ts';
import { domainWord, shellLine } from './xl.ts';

type Named = Pick<DomainInfo, 'name' | 'domid'>;
type Values = Readonly<Record<string, FieldValue>>;
type ItemName = Pick<HardwareItem, 'id' | 'kind'>;

/** xl changes running domains; what is only written to a file no command of it does. */
const isLive = (scope: HardwareScope): boolean => scope !== 'next';

const joined = (lines: readonly string[]): string | null => (lines.length === 0 ? null : lines.join(' && '));

/** What tells a device from others of its kind: `xvdb` of `vbd:xvdb`. */
const keyOf = ({ id, kind }: ItemName): string => id.slice(kind.length + 1);

/** The line that plugs a device in; null when none does. */
export function addLine(
  domain: Named,
  device: DeviceDraft,
  scope: HardwareScope,
  newImageMiB: number | null = null,
): string | null {
  if (device.kind === 'vbd') {
    const { path } = device.settings;
    const make =
      newImageMiB === null || path === null ? [] : [shellLine('truncate', '-s', `${newImageMiB}M`, path)];
    const attach = isLive(scope)
      ? [shellLine('xl', 'block-attach', domainWord(domain), diskWords(device.settings))]
      : [];
    return joined([...make, ...attach]);
  }
  if (device.kind !== 'vif' || !isLive(scope)) return null;
  return shellLine('xl', 'network-attach', domainWord(domain), ...vifWords(device.settings));
}

/** The line that takes a device out of the running domain. */
export function removeLine(
  domain: Named,
  item: ItemName & Pick<HardwareItem, 'inDomain'>,
  scope: HardwareScope,
  force: boolean,
): string | null {
  if (!isLive(scope) || !item.inDomain) return null;
  if (item.kind === 'vif') return shellLine('xl', 'network-detach', domainWord(domain), keyOf(item));
  if (item.kind !== 'vbd') return null;
  const words = [domainWord(domain), keyOf(item), ...(force ? ['--force'] : [])];
  return shellLine('xl', 'block-detach', ...words);
}

/** The line that puts a medium into a drive, or takes it out. */
export function insertLine(
  domain: Named,
  item: ItemName,
  path: string | null,
  scope: HardwareScope,
): string | null {
  if (!isLive(scope)) return null;
  return path === null
    ? shellLine('xl', 'cd-eject', domainWord(domain), keyOf(item))
    : shellLine('xl', 'cd-insert', domainWord(domain), keyOf(item), path);
}

const has = (value: FieldValue | undefined): value is Exclude<FieldValue, null> =>
  value !== undefined && value !== null;

/** Each scheduler has a command of its own; a pool has credit2 where the host does not say. */
const schedulerOf = ({ fields }: HardwareItem): 'credit' | 'credit2' =>
  fields.find(({ name }) => name === 'scheduler')?.live === 'credit' ? 'credit' : 'credit2';

function cpuLines(domain: Named, item: HardwareItem, { weight, capPercent, cpus }: Values): string[] {
  const word = domainWord(domain);
  const schedule = [
    ...(has(weight) ? ['-w', String(weight)] : []),
    ...(has(capPercent) ? ['-c', String(capPercent)] : []),
  ];
  return [
    ...(schedule.length > 0 ? [shellLine('xl', `sched-${schedulerOf(item)}`, '-d', word, ...schedule)] : []),
    ...(has(cpus) ? [shellLine('xl', 'vcpu-pin', word, 'all', cpus === '' ? 'all' : String(cpus))] : []),
  ];
}

/** The larger one first when both grow: a domain's most memory is never below what it has. */
function memoryLines(domain: Named, item: HardwareItem, { memoryMiB, maxMemoryMiB }: Values): string[] {
  const word = domainWord(domain);
  const set = has(memoryMiB) ? [shellLine('xl', 'mem-set', word, `${memoryMiB}m`)] : [];
  const most = has(maxMemoryMiB) ? [shellLine('xl', 'mem-max', word, `${maxMemoryMiB}m`)] : [];
  const before = Number(item.fields.find(({ name }) => name === 'maxMemoryMiB')?.live ?? 0);
  return Number(maxMemoryMiB ?? 0) >= before ? [...most, ...set] : [...set, ...most];
}

/** The lines that change an item of the running domain; null when xl has no word for any of it. */
export function changeLine(
  domain: Named,
  item: HardwareItem,
  values: Values,
  scope: HardwareScope,
): string | null {
  if (!isLive(scope) || !item.inDomain) return null;
  const live = Object.fromEntries(
    Object.entries(values).filter(([name]) =>
      item.fields.some((field) => field.name === name && field.editable === 'live'),
    ),
  );
  switch (item.kind) {
    case 'cpu':
      return joined(cpuLines(domain, item, live));
    case 'memory':
      return joined(memoryLines(domain, item, live));
    case 'overview':
      return typeof live['name'] === 'string'
        ? shellLine('xl', 'rename', domainWord(domain), live['name'])
        : null;
    case 'vbd':
      return live['path'] === undefined
        ? null
        : insertLine(domain, item, live['path'] as string | null, scope);
    default:
      return null;
  }
}
