import type { ReadyImage } from '../../../engine/api/domain.ts';
import { deviceSettings } from '../../../engine/api/hardware.ts';
import type { HostInfo } from '../../../engine/api/host.ts';
import type { MediumInfo } from '../../../engine/api/medium.ts';
import { entryOf } from '../form/schema-control.ts';
import type { GuestType } from './disk-form.ts';
import type { DraftForm, Entries, NicForm, SourceKind } from './draft-form.ts';

/** What the dialog offers before the person has said anything. */

/** `linux-1`, `linux-2` …: the first that is free. */
export function freeName(stem: string, taken: ReadonlySet<string>): string {
  for (let n = 1; ; n += 1) {
    const name = `${stem}-${n}`;
    if (!taken.has(name)) return name;
  }
}

/** What a file's name suggests for a domain, e.g. `/srv/Debian 12.qcow2` → `Debian-12`. */
export function stemOf(path: string): string {
  const file = path.split(/[/\\]/).at(-1) ?? '';
  return file
    .replace(/\.[^.]*$/, '')
    .replace(/[^A-Za-z0-9_.+-]+/g, '-')
    .replace(/^[^A-Za-z0-9_]+|-+$/g, '')
    .slice(0, 40);
}

/** The name offered while the person has not typed one; copies get numbers anyway. */
export function suggestedName(form: DraftForm, taken: ReadonlySet<string>, count = 1): string {
  const stems: Record<SourceKind, string> = {
    image: 'linux',
    kernel: 'linux',
    disk: stemOf(form.disk) || 'disk',
    iso: stemOf(form.iso) || 'install',
    config: 'linux',
  };
  return count > 1 ? stems[form.kind] : freeName(stems[form.kind], taken);
}

/** Least that is comfortable, in MiB, by a word of the system's name. */
const systems: readonly (readonly [RegExp, number])[] = [
  [/damn small|tiny ?core|freedos|kolibri|floppy|dos\b/i, 64],
  [/alpine|openwrt|minix|netbsd|haiku/i, 256],
  [/debian|ubuntu|fedora|suse|arch|bsd|windows|reactos/i, 512],
];

/** The memory offered while the person has not typed any, in MiB. */
export function suggestedMemoryMiB(
  form: DraftForm,
  images: readonly ReadyImage[],
  medium: MediumInfo | null = null,
  host: HostInfo['kind'] = 'embedded',
): number {
  if (form.kind === 'image') return images.find(({ id }) => id === form.image)?.memoryMiB ?? 64;
  const system = medium?.system ?? '';
  const known = systems.find(([name]) => name.test(system));
  return known?.[1] ?? (form.kind === 'kernel' && host === 'embedded' ? 64 : 256);
}

/** The type offered while the person has not chosen: on a real host a kernel needs nothing of the CPU as PV. */
export const suggestedType = (kind: SourceKind, host: HostInfo['kind']): GuestType =>
  kind === 'kernel' && host === 'xen' ? 'pv' : 'hvm';

/** Where a kernel talks: Xen's own console, which only real PV and PVH guests have, else the first serial port. */
export const suggestedCmdline = (type: GuestType, host: HostInfo['kind']): string =>
  type !== 'hvm' && host === 'xen' ? 'console=hvc0' : 'console=ttyS0';

const entries = (settings: Readonly<Record<string, Parameters<typeof entryOf>[0]>>): Entries =>
  Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, entryOf(value)]));

let lastKey = 0;

export function newNic({ bridges }: Pick<HostInfo, 'bridges'>): NicForm {
  lastKey += 1;
  const bridge = bridges.includes('xenbr0') ? 'xenbr0' : (bridges[0] ?? 'xenbr0');
  const { link: _, ...settings } = deviceSettings.vif.parse({ bridge });
  return { key: lastKey, entries: entries(settings) };
}

export const newDisplay = (): Entries => entries(deviceSettings.vfb.parse({ videoRamMiB: 16 }));

export const emptyForm = (host: HostInfo): DraftForm => ({
  kind: 'image',
  name: '',
  type: 'hvm',
  memoryMiB: '',
  maxMemoryMiB: '',
  vcpus: '1',
  image: '',
  kernel: '',
  ramdisk: '',
  cmdline: 'console=ttyS0',
  disk: '',
  copyDisk: false,
  copyTo: '',
  iso: '',
  config: '',
  configName: '',
  drives: [],
  nics: host.bridges.length === 0 ? [] : [newNic(host)],
  hasDisplay: false,
  display: newDisplay(),
  copies: '1',
  after: 'run',
});
