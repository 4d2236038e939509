import { unlink } from 'node:fs/promises';
import type { DomainDraft } from '../../api/index.ts';
import { createImage, type ImageOrigin } from '../../storage/new-image.ts';
import { checkRawDisk } from '../../storage/raw-disk.ts';
import type { Operation } from '../host.ts';
import type { HostContext } from './context.ts';
import { inField } from './draft-checks.ts';

interface Wanted {
  readonly field: string;
  /** As Domain-0 names it. */
  readonly path: string;
  readonly origin: ImageOrigin;
}

const mib = 2 ** 20;

/** The images that a draft wants made, in the order of its drives. */
function wantedBy({ source, disks }: DomainDraft): Wanted[] {
  const own: Wanted[] =
    source.kind === 'disk' && source.copyTo !== null
      ? [{ field: 'source.copyTo', path: source.copyTo, origin: { kind: 'copy', of: source.disk } }]
      : [];
  const further = disks.flatMap(({ path, origin }, index): Wanted[] => {
    if (path === null || origin === null) return [];
    const made: ImageOrigin =
      origin.kind === 'blank' ? { kind: 'blank', bytes: origin.sizeMiB * mib } : origin;
    return [{ field: `disks.${index}.path`, path, origin: made }];
  });
  return [...own, ...further];
}

/** A copy is of an image nobody writes to meanwhile. */
async function makeOne(
  { path, origin }: Wanted,
  { toolstack, stateDir }: HostContext,
  op: Operation,
): Promise<string> {
  const real = stateDir.place(path);
  const work = {
    signal: op.signal,
    progress: (fraction: number) => op.progress(`Copying ${path}`, fraction),
  };
  if (origin.kind === 'blank') {
    await createImage(real, origin, work);
    return real;
  }
  const of = toolstack.resolve(origin.of);
  const { identity } = await checkRawDisk(of, { readOnly: true });
  const reader = { owner: `copy of ${path}`, ownerName: `a copy to ${path}`, readOnly: true };
  const release = toolstack.sharing.acquire(identity, origin.of, reader);
  try {
    await createImage(real, { kind: 'copy', of }, work);
    return real;
  } finally {
    release();
  }
}

/**
 * Makes the new images of a draft, all or none. `undo` takes them away again. Errors as `createImage`, with the field of the
 * draft.
 */
export async function makeImages(
  draft: DomainDraft,
  host: HostContext,
  op: Operation,
): Promise<{ undo(): Promise<void> }> {
  const made: string[] = [];
  const undo = async (): Promise<void> => {
    for (const path of made.splice(0)) await unlink(path).catch(() => undefined);
  };
  try {
    for (const wanted of wantedBy(draft)) {
      op.signal.throwIfAborted();
      op.progress(`Making ${wanted.path}`, null);
      made.push(await inField(wanted.field, () => makeOne(wanted, host, op)));
      op.log(`Made the image ${wanted.path}.`);
    }
  } catch (error) {
    await undo();
    throw error;
  }
  return { undo };
}
