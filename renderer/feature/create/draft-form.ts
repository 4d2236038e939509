import {
  beyondLimits,
  copyName,
  copyObstacle,
  domainDraft,
  type DomainDraft,
  type DomainDraftInput,
  mostCopies,
  sourceDrive,
} from '../../../engine/api/draft.ts';
import { deviceSettings } from '../../../engine/api/hardware.ts';
import { type Entry, readEntry } from '../form/schema-control.ts';
import { type AfterCreate, type Room, whyNoRoom } from './memory-fit.ts';
import { type DriveForm, formatOf, type GuestType, suggestedImage, toDraftDisk } from './disk-form.ts';

/** `config`: an xl.cfg file as it is, which no draft is made of. */
export type SourceKind = DomainDraftInput['source']['kind'] | 'config';

/** Settings of a device as its controls hold them. */
export type Entries = Record<string, Entry>;
export interface NicForm {
  readonly key: number;
  readonly entries: Entries;
}

/** What the dialog's controls hold: texts as typed. */
export interface DraftForm {
  kind: SourceKind;
  name: string;
  type: GuestType;
  memoryMiB: string;
  /** Empty: the same as the memory. */
  maxMemoryMiB: string;
  vcpus: string;
  image: string;
  kernel: string;
  ramdisk: string;
  cmdline: string;
  disk: string;
  /** Install on a copy of the disk image; the path is empty for the suggested one. */
  copyDisk: boolean;
  copyTo: string;
  iso: string;
  /** Text of an xl.cfg file, and what it was called. */
  config: string;
  configName: string;
  drives: DriveForm[];
  nics: NicForm[];
  hasDisplay: boolean;
  display: Entries;
  copies: string;
  after: AfterCreate;
}

/** What is wrong, by dotted path of the draft (`source.kernel`, `nics.0.mac`), and `copies`. */
export type DraftErrors = Readonly<Record<string, string>>;

function sourceOf(form: DraftForm): DomainDraft['source'] {
  switch (form.kind) {
    case 'image':
    case 'config':
      return { kind: 'image', image: form.image };
    case 'kernel': {
      const ramdisk = form.ramdisk.trim();
      return {
        kind: 'kernel',
        kernel: form.kernel.trim(),
        cmdline: form.cmdline.trim(),
        ...(ramdisk ? { ramdisk } : {}),
      };
    }
    case 'disk':
      return {
        kind: 'disk',
        disk: form.disk.trim(),
        format: formatOf(form.disk),
        copyTo: form.copyDisk ? form.copyTo.trim() || suggestedImage(form.name, 0) : null,
      };
    case 'iso':
      return { kind: 'iso', iso: form.iso.trim() };
  }
}

/** Device name of the drive that the source is in. */
export const sourceVdev = (form: DraftForm): string | null =>
  sourceDrive({ source: sourceOf(form), type: form.type })?.vdev ?? null;

/** Images named after the domain count from the first; a copied disk image is one of them. */
export const imageIndex = (form: DraftForm, at: number): number =>
  at + (form.kind === 'disk' && form.copyDisk ? 1 : 0);

const number = (text: string): number => (text.trim() === '' ? NaN : Number(text));

type Shape = Readonly<Record<string, Parameters<typeof readEntry>[0]>>;

/** Settings of a device, and what is wrong with them by field. */
function readEntries(shape: Shape, entries: Entries, prefix: string, errors: Record<string, string>) {
  return Object.fromEntries(
    Object.entries(entries).map(([name, entry]) => {
      const schema = shape[name];
      const read = schema ? readEntry(schema, entry) : { value: entry };
      if (read.error !== undefined) errors[`${prefix}.${name}`] = read.error;
      return [name, read.error === undefined ? read.value : entry];
    }),
  );
}

/** The draft as the contract wants it, not yet checked; errors of its devices' fields are written down. */
export function toDraft(form: DraftForm, errors: Record<string, string> = {}): DomainDraftInput {
  const nics = form.nics.map(({ entries }, at) =>
    readEntries(deviceSettings.vif.shape, entries, `nics.${at}`, errors),
  );
  const display = form.hasDisplay
    ? readEntries(deviceSettings.vfb.shape, form.display, 'display', errors)
    : null;
  return {
    name: form.name.trim(),
    ...wants(form),
    source: sourceOf(form),
    disks: form.drives.map((drive, at) => toDraftDisk(drive, form.name, imageIndex(form, at))),
    nics,
    display,
  };
}

/** What is typed of type, memory and vCPUs. */
export const wants = (form: Pick<DraftForm, 'type' | 'memoryMiB' | 'maxMemoryMiB' | 'vcpus'>) => ({
  type: form.type,
  memoryMiB: number(form.memoryMiB),
  maxMemoryMiB: form.maxMemoryMiB.trim() === '' ? null : number(form.maxMemoryMiB),
  vcpus: number(form.vcpus),
});

/** How many are to be made; null when what was typed is no number of copies. */
export function copiesOf({ copies }: Pick<DraftForm, 'copies'>): number | null {
  const count = number(copies);
  return Number.isInteger(count) && count >= 1 && count <= mostCopies ? count : null;
}

/** The first number from which on `count` names are free. */
export function firstNumber(name: string, count: number, taken: ReadonlySet<string>): number {
  let first = 1;
  for (let at = 0; at < count; at += 1) {
    if (!taken.has(copyName(name, first + at))) continue;
    first += at + 1;
    at = -1;
  }
  return first;
}

/** A path of the contract's input as the form knows it: `draft.source.kernel` and `kernel` of a refusal alike. */
export function errorPath(path: string): string {
  const inner = path.replace(/^draft\./, '');
  if (inner === 'memory') return 'memoryMiB';
  return /^(kernel|ramdisk|cmdline|iso|disk|copyTo|image)$/.test(inner) ? `source.${inner}` : inner;
}

export type Checked =
  | { readonly draft: DomainDraft; readonly errors: DraftErrors }
  | { readonly draft: null; readonly errors: DraftErrors };

function checkCopies(form: DraftForm, draft: DomainDraft, errors: Record<string, string>): void {
  const count = copiesOf(form);
  if (count === null) errors['copies'] ??= `1 to ${mostCopies}.`;
  const obstacle = count !== null && count > 1 ? copyObstacle(draft) : null;
  if (obstacle) errors['copies'] ??= obstacle.message;
}

/** Checks against the contract's own schema and what this host can give, and that the name is not taken. */
export function checkForm(form: DraftForm, taken: ReadonlySet<string>, host: Room): Checked {
  const errors: Record<string, string> = {};
  const parsed = domainDraft.safeParse(toDraft(form, errors));
  for (const { path, message } of parsed.error?.issues ?? []) errors[path.join('.')] ??= message;
  if (parsed.success) {
    for (const { field, message } of beyondLimits(parsed.data, host.kind)) errors[field] ??= message;
    checkCopies(form, parsed.data, errors);
    const noRoom = whyNoRoom(parsed.data, copiesOf(form) ?? 1, form.after, host);
    if (noRoom !== null) errors['memoryMiB'] ??= noRoom;
  }
  const name = form.name.trim();
  const single = copiesOf(form) === 1;
  if (single && taken.has(name)) errors['name'] ??= `There is a domain called ${name} on this host already.`;
  const whole = Object.keys(errors).length === 0;
  return whole && parsed.success ? { draft: parsed.data, errors } : { draft: null, errors };
}
