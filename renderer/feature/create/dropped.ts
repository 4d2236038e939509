import type { DraftForm, SourceKind } from './draft-form.ts';

/** Files that are dropped on the dialog, told apart by their names. */

const maxConfigBytes = 1 << 20;

/** By ending, or by the whole name where kernels have none. */
const kinds: readonly (readonly [RegExp, SourceKind])[] = [
  [/\.iso$/i, 'iso'],
  [/\.(img|raw|qcow2|vhd)$/i, 'disk'],
  [/^(vmlinuz|bzimage|kernel)|\.(bzimage|efi\.stub)$/i, 'kernel'],
  [/\.(cfg|conf|xl|hvm|pv|sxp|txt)$/i, 'config'],
];

export const kindOf = (name: string): SourceKind | null => kinds.find(([is]) => is.test(name))?.[1] ?? null;

/** Takes the text of an xl.cfg file; says why not. */
export async function takeConfig(
  file: Pick<File, 'name' | 'size' | 'text'>,
  form: DraftForm,
): Promise<string | undefined> {
  if (file.size > maxConfigBytes) return `${file.name} is larger than a configuration can be (1 MiB).`;
  const text = await file.text();
  if (text.includes('\0')) return `${file.name} is not a text.`;
  form.config = text;
  form.configName = file.name;
  return undefined;
}

/** Makes a dropped file what the domain starts from; says why not. `path` is known in the desktop window only. */
export async function takeDropped(
  file: Pick<File, 'name' | 'size' | 'text'>,
  path: string | null,
  form: DraftForm,
): Promise<string | undefined> {
  const kind = kindOf(file.name);
  if (kind === null) return `${file.name} is no CD image, disk image, kernel or xl.cfg file by its name.`;
  form.kind = kind;
  if (kind === 'config') return takeConfig(file, form);
  if (path === null)
    return `A browser does not tell where ${file.name} is: choose it with Browse… (the desktop window can).`;
  if (kind === 'iso') form.iso = path;
  else if (kind === 'disk') form.disk = path;
  else form.kernel = path;
  return undefined;
}
