import type { ReadyImage } from '../../../engine/api/domain.ts';
import {
  beyondLimits,
  domainDraft,
  type DomainDraft,
  type DomainDraftInput,
} from '../../../engine/api/draft.ts';
import type { HostInfo } from '../../../engine/api/host.ts';

export type SourceKind = DomainDraftInput['source']['kind'];
/** What happens once the file is written. */
export type AfterCreate = 'run' | 'paused' | 'off';

/** What the dialog's controls hold: texts as typed. */
export interface DraftForm {
  kind: SourceKind;
  name: string;
  memoryMiB: string;
  /** Empty: no network card. */
  bridge: string;
  image: string;
  kernel: string;
  ramdisk: string;
  cmdline: string;
  disk: string;
  iso: string;
  after: AfterCreate;
}
export type DraftField = Exclude<keyof DraftForm, 'kind' | 'after'>;
export type DraftErrors = Partial<Record<DraftField, string>>;

function sourceOf(form: DraftForm): DomainDraftInput['source'] {
  switch (form.kind) {
    case 'image':
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
      return { kind: 'disk', disk: form.disk.trim() };
    case 'iso':
      return { kind: 'iso', iso: form.iso.trim() };
  }
}

/** The draft as the contract wants it; not yet checked. */
export function toDraft(form: DraftForm): DomainDraftInput {
  const memory = form.memoryMiB.trim();
  return {
    name: form.name.trim(),
    memoryMiB: memory === '' ? NaN : Number(memory),
    source: sourceOf(form),
    nics: form.bridge === '' ? [] : [{ bridge: form.bridge }],
  };
}

const fields: readonly DraftField[] = [
  'name',
  'memoryMiB',
  'bridge',
  'image',
  'kernel',
  'ramdisk',
  'cmdline',
  'disk',
  'iso',
];

/** The control that a dotted path of the contract's input means (`draft.source.kernel`); null when there is none. */
export function fieldOfPath(path: string): DraftField | null {
  const parts = path.split('.');
  return fields.find((field) => parts.includes(field)) ?? null;
}

export type Checked =
  | { readonly draft: DomainDraft; readonly errors: DraftErrors }
  | { readonly draft: null; readonly errors: DraftErrors };

/** Checks against the contract's own schema, and that the name is not taken on the host. */
export function checkForm(form: DraftForm, taken: ReadonlySet<string>, kind: HostInfo['kind']): Checked {
  const parsed = domainDraft.safeParse(toDraft(form));
  const errors: DraftErrors = {};
  for (const issue of parsed.error?.issues ?? []) {
    const field = fieldOfPath(issue.path.join('.'));
    if (field) errors[field] ??= issue.message;
  }
  for (const { field, message } of parsed.success ? beyondLimits(parsed.data, kind) : []) {
    if (field === 'memoryMiB') errors[field] ??= message;
  }
  if (!errors.name && taken.has(form.name.trim()))
    errors.name = `There is a domain called ${form.name.trim()} on this host already.`;
  const whole = Object.keys(errors).length === 0;
  return whole && parsed.success ? { draft: parsed.data, errors } : { draft: null, errors };
}

/** `linux-1`, `linux-2` …: the first that is free. */
export function freeName(stem: string, taken: ReadonlySet<string>): string {
  for (let n = 1; ; n += 1) {
    const name = `${stem}-${n}`;
    if (!taken.has(name)) return name;
  }
}

/** What a file's name suggests for a domain, e.g. `/srv/Debian 12.qcow2` → `Debian-12`. */
function stemOf(path: string): string {
  const file = path.split(/[/\\]/).at(-1) ?? '';
  return file
    .replace(/\.[^.]*$/, '')
    .replace(/[^A-Za-z0-9_.+-]+/g, '-')
    .replace(/^[^A-Za-z0-9_]+|-+$/g, '')
    .slice(0, 40);
}

/** The name offered while the person has not typed one. */
export function suggestedName(form: DraftForm, taken: ReadonlySet<string>): string {
  const stems: Record<SourceKind, string> = {
    image: 'linux',
    kernel: 'linux',
    disk: stemOf(form.disk) || 'disk',
    iso: stemOf(form.iso) || 'install',
  };
  return freeName(stems[form.kind], taken);
}

/** The memory offered while the person has not typed any, in MiB. */
export function suggestedMemoryMiB(form: DraftForm, images: readonly ReadyImage[]): number {
  if (form.kind === 'image') return images.find(({ id }) => id === form.image)?.memoryMiB ?? 64;
  return form.kind === 'kernel' ? 64 : 256;
}
