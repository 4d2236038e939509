import { z } from 'zod';
import type { HostInfo } from './host.ts';
import { deviceSettings, imageMiB } from './hardware.ts';
import { domainName, filePath } from './names.ts';

/** Where new images go when nobody says otherwise, on every host. It is made there with the first of them. */
export const imagesFolder = '/var/lib/xen/images';

/** What qemu-img calls the formats of new images. */
export const qemuImgName = { raw: 'raw', qcow2: 'qcow2', vhd: 'vpc' } as const;

/** Where a new image gets its contents from. It must not be there yet; it is removed again when the creation fails. */
export const diskOrigin = z.discriminatedUnion('kind', [
  /** A sparse file: it takes room only for what the guest writes. */
  z.object({
    kind: z.literal('blank'),
    sizeMiB: imageMiB,
  }),
  z.object({ kind: z.literal('copy'), of: filePath }),
]);
export type DiskOrigin = z.infer<typeof diskOrigin>;

/** A drive of a new domain; `origin` null: the image at `path` is there already. */
export const draftDisk = deviceSettings.vbd
  .extend({ origin: diskOrigin.nullable().default(null) })
  .refine(({ path, devtype }) => path !== null || devtype !== 'disk', {
    path: ['path'],
    message: 'Choose a file: only CD and floppy drives can be empty.',
  })
  .refine(({ path, origin }) => path !== null || origin === null, {
    path: ['path'],
    message: 'Say where the new image is to be.',
  });
export type DraftDisk = z.infer<typeof draftDisk>;

const imageSource = z.object({ kind: z.literal('image'), image: z.string().min(1).max(64) });
const kernelSource = z.object({
  kind: z.literal('kernel'),
  kernel: filePath,
  ramdisk: filePath.optional(),
  cmdline: z.string().max(2047, 'A kernel command line has at most 2047 characters.').default(''),
});
/** An image with a system on it. With `copyTo` a copy is made there first, and the original stays as it is. */
const diskSource = z.object({
  kind: z.literal('disk'),
  disk: filePath,
  format: deviceSettings.vbd.shape.format,
  copyTo: filePath.nullable().default(null),
});
/** Installation from a CD. The first blank disk is tried first: as long as nothing is on it, the CD boots. */
const isoSource = z.object({ kind: z.literal('iso'), iso: filePath });
export const draftSource = z.discriminatedUnion('kind', [imageSource, kernelSource, diskSource, isoSource]);

const memory = (what: string) =>
  z
    .int(`${what} is a whole number of MiB.`)
    .min(8, 'A guest needs at least 8 MiB.')
    .max(2 ** 30, 'That is more than any host has.');

const fields = z.object({
  name: domainName,
  type: z.enum(['hvm', 'pvh', 'pv']).default('hvm'),
  memoryMiB: memory('Memory').default(64),
  /** Room for its balloon to grow; null: the same as `memoryMiB`. */
  maxMemoryMiB: memory('The maximum').nullable().default(null),
  vcpus: z.int('A whole number.').min(1, 'At least one.').max(512, 'At most 512.').default(1),
  source: draftSource,
  /** Further drives, beside the one its source is in. */
  disks: z.array(draftDisk).max(26, 'At most 26 drives.').default([]),
  /** Without MAC address: one is made up, and stays. */
  nics: z.array(deviceSettings.vif).max(8, 'At most 8 network cards.').prefault([{}]),
  /** null: no graphical console. */
  display: deviceSettings.vfb.nullable().default(null),
});

/** Each field by itself, for forms. */
export const draftFields = fields.shape;

export type SourceDrive = Pick<DraftDisk, 'vdev' | 'devtype' | 'format' | 'readOnly'> & {
  readonly path: string;
};

/** The drive that the source is in; null when it is in none. */
export function sourceDrive({
  source,
  type,
}: Pick<z.infer<typeof fields>, 'source' | 'type'>): SourceDrive | null {
  if (source.kind === 'iso')
    return { vdev: 'hdc', devtype: 'cdrom', path: source.iso, format: 'raw', readOnly: true };
  if (source.kind !== 'disk') return null;
  const { disk, copyTo, format } = source;
  return {
    vdev: type === 'hvm' ? 'hda' : 'xvda',
    devtype: 'disk',
    path: copyTo ?? disk,
    format,
    readOnly: false,
  };
}

type Issue = { path: (string | number)[]; message: string };

function* repeated(values: readonly (string | null)[], path: (index: number) => Issue['path'], what: string) {
  const seen = new Set<string>();
  for (const [index, value] of values.entries()) {
    const key = value?.toLowerCase() ?? null;
    if (key === null) continue;
    if (seen.has(key)) yield { path: path(index), message: `${what} ${value} is there twice.` };
    seen.add(key);
  }
}

/** What is wrong between fields that are right by themselves. */
function* clashes(draft: z.infer<typeof fields>): Generator<Issue> {
  const { memoryMiB, maxMemoryMiB, source, type, disks, nics, display } = draft;
  if (maxMemoryMiB !== null && maxMemoryMiB < memoryMiB)
    yield { path: ['maxMemoryMiB'], message: 'The maximum is less than the memory.' };
  if (source.kind === 'iso' && type !== 'hvm')
    yield { path: ['type'], message: 'A CD boots through firmware, which only HVM domains have.' };
  if (display?.vnc && display.port !== null && display.port < 5900)
    yield {
      path: ['display', 'port'],
      message: 'VNC ports begin at 5900: xl.cfg counts displays from there.',
    };
  const own = sourceDrive(draft);
  yield* repeated(
    [own?.vdev ?? null, ...disks.map(({ vdev }) => vdev)],
    (index) => ['disks', index - 1, 'vdev'],
    'The drive',
  );
  const made = [own?.path ?? null, ...disks.map(({ path, origin }) => (origin ? path : null))];
  yield* repeated(made, (index) => ['disks', index - 1, 'path'], 'The new image');
  yield* repeated(
    nics.map(({ mac }) => mac),
    (index) => ['nics', index, 'mac'],
    'The MAC address',
  );
}

/**
 * What to create, as the New domain dialog fills it, on a host of any kind: paths are Domain-0's. The host turns it into
 * an xl.cfg file, the one source of truth.
 */
export const domainDraft = fields.superRefine((draft, context) => {
  for (const issue of clashes(draft)) context.addIssue({ code: 'custom', ...issue });
});
export type DomainDraft = z.infer<typeof domainDraft>;
/** The same before defaults are filled in. */
export type DomainDraftInput = z.input<typeof domainDraft>;

export interface GuestLimits {
  readonly memoryMiB: number;
  readonly vcpus: number;
  /** Do guests run 64-bit code? */
  readonly wide: boolean;
  /** Why, for people: begins a sentence. */
  readonly why: string;
}

/** What one guest can have at most, by kind of host. */
export const guestLimits: Record<HostInfo['kind'], GuestLimits> = {
  embedded: { memoryMiB: 2047, vcpus: 1, wide: false, why: 'The embedded machine is 32-bit' },
  xen: { memoryMiB: 16 * 1024 * 1024, vcpus: 512, wide: true, why: 'Xen allows no more' },
};

/**
 * Memory (KiB) that has to be free for a guest to start: what it is promised, and what the hypervisor keeps around it
 * (behaviour §5). The same as the embedded host reckons; a test holds the two equal.
 */
export function startNeedKiB({
  type,
  memoryMiB,
  maxMemoryMiB,
  vcpus,
}: Pick<DomainDraft, 'type' | 'memoryMiB' | 'maxMemoryMiB' | 'vcpus'>): number {
  const most = Math.max(memoryMiB, maxMemoryMiB ?? 0);
  const around = 4 * (256 * vcpus + most) + (type === 'pv' ? 1024 : 2048);
  return Math.ceil((memoryMiB * 1024 + around) / 2048) * 2048;
}

const limited = [
  ['memoryMiB', 'memoryMiB', 'MiB'],
  ['maxMemoryMiB', 'memoryMiB', 'MiB'],
  ['vcpus', 'vcpus', 'vCPU'],
] as const;
export type LimitedField = (typeof limited)[number][0];

/** What is well formed and still more than a host of this kind can give, by field of the draft. */
export function beyondLimits(
  draft: Pick<DomainDraft, LimitedField>,
  kind: HostInfo['kind'],
): { field: LimitedField; message: string }[] {
  const limits = guestLimits[kind];
  return limited
    .filter(([field, limit]) => (draft[field] ?? 0) > limits[limit])
    .map(([field, limit, unit]) => ({
      field,
      message: `${limits.why}: at most ${limits[limit]} ${unit} for one guest.`,
    }));
}

/** The longest list of copies. */
export const mostCopies = 100;

/** `web` → `web-3`. */
export const copyName = (name: string, number: number): string => `${name}-${number}`;

/** The image of a copy: where the path has the domain's name it gets the copy's, else a number before its ending. */
export function copyPath(path: string, name: string, number: number): string {
  const cut = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1;
  const [folder, file] = [path.slice(0, cut), path.slice(cut)];
  if (file.includes(name)) return folder + file.replace(name, copyName(name, number));
  const [, stem = file, ending = ''] = /^(.*?)(\.[^.]*)?$/.exec(file) ?? [];
  return `${folder}${stem}-${number}${ending}`;
}

/**
 * One of several numbered copies: name and new images of its own; MAC addresses, VNC ports and interface names are made up
 * for each.
 */
export function copyOfDraft(draft: DomainDraft, number: number): DomainDraft {
  const { name, source, disks, nics, display } = draft;
  const renamed = (path: string): string => copyPath(path, name, number);
  return {
    ...draft,
    name: copyName(name, number),
    source:
      source.kind === 'disk' && source.copyTo !== null
        ? { ...source, copyTo: renamed(source.copyTo) }
        : source,
    disks: disks.map((disk) =>
      disk.origin && disk.path !== null ? { ...disk, path: renamed(disk.path) } : disk,
    ),
    nics: nics.map((nic) => ({ ...nic, mac: null, vifname: null })),
    display: display && { ...display, port: null },
  };
}

/** Why there cannot be several of these: what they would all write to, and the field that says so. */
export function copyObstacle({
  source,
  disks,
}: Pick<DomainDraft, 'source' | 'disks'>): { field: string; message: string } | null {
  const message = (path: string): string =>
    `All copies would write to ${path}: let each have a copy of its own, or only read it.`;
  if (source.kind === 'disk' && source.copyTo === null)
    return { field: 'source.disk', message: message(source.disk) };
  const at = disks.findIndex(
    ({ path, origin, readOnly, shared, devtype }) =>
      path !== null && !origin && !readOnly && !shared && devtype !== 'cdrom',
  );
  return at < 0 ? null : { field: `disks.${at}.path`, message: message(disks[at]?.path ?? '') };
}
