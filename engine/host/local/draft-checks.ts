import { beyondLimits, type DomainDraft, domainDraft, DomusError } from '../../api/index.ts';
import { checkRawDisk, detectFormat } from '../../storage/raw-disk.ts';
import { checkKernel, checkRamdisk } from '../../toolstack/kernel-file.ts';
import type { Images } from './images.ts';

/** Checks of a draft before anything is written; each names the field of the draft that is to blame. */

type Resolve = (path: string) => string;

/** The contract's own rules, for callers that did not come through it; what this host can give; its bridges. */
export function checkDraft(draft: DomainDraft, bridges: ReadonlyMap<string, unknown>): void {
  const issue = domainDraft.safeParse(draft).error?.issues[0];
  if (issue) throw new DomusError('ERROR_INVAL', issue.message, { field: issue.path.join('.') });
  const [beyond] = beyondLimits(draft, 'embedded');
  if (beyond) throw new DomusError('ERROR_INVAL', beyond.message, { field: beyond.field });
  const at = draft.nics.findIndex(({ bridge }) => !bridges.has(bridge));
  const bridge = draft.nics[at]?.bridge;
  if (bridge === undefined) return;
  throw new DomusError('ERROR_INVAL', `There is no bridge ${bridge} on this host.`, {
    field: `nics.${at}.bridge`,
    fix: `Use one of: ${[...bridges.keys()].join(', ')}.`,
  });
}

/** What would keep the domain from starting: a kernel that is none, an image that is not there. */
export async function checkDraftFiles(draft: DomainDraft, resolve: Resolve, images: Images): Promise<void> {
  await checkSource(draft, resolve, images);
  for (const [index, { path, origin, readOnly, devtype }] of draft.disks.entries()) {
    const field = `disks.${index}.path`;
    if (origin?.kind === 'copy')
      await inField(`disks.${index}.origin.of`, () => checkImage(resolve(origin.of), true));
    else if (!origin && path !== null)
      await inField(field, () => checkImage(resolve(path), readOnly || devtype === 'cdrom'));
  }
}

async function checkSource({ source }: DomainDraft, resolve: Resolve, images: Images): Promise<void> {
  switch (source.kind) {
    case 'image':
      images.files(source.image);
      return;
    case 'kernel':
      await inField('source.kernel', () => checkKernel(resolve(source.kernel)));
      if (source.ramdisk !== undefined)
        await inField('source.ramdisk', () => checkRamdisk(resolve(source.ramdisk ?? '')));
      return;
    case 'disk':
      await inField('source.disk', () => checkImage(resolve(source.disk), source.copyTo !== null));
      return;
    case 'iso':
      await inField('source.iso', () => checkImage(resolve(source.iso), true));
  }
}

async function checkImage(path: string, readOnly: boolean): Promise<void> {
  await checkRawDisk(path, { readOnly });
  const format = await detectFormat(path);
  if (format === 'raw' || format === 'iso') return;
  throw new DomusError(
    'ERROR_NI',
    `${path} is a ${format} image; the embedded host reads raw images only, for now.`,
    {
      fix: `Convert it: qemu-img convert -O raw ${path} ${path}.raw`,
    },
  );
}

/** A problem with a file, told of the field of the draft that names it. */
export async function inField<T>(field: string, check: () => Promise<T>): Promise<T> {
  try {
    return await check();
  } catch (error) {
    if (!(error instanceof DomusError)) throw error;
    const { code, message, fix } = error;
    throw new DomusError(code, message, { field, ...(fix === undefined ? {} : { fix }) });
  }
}
