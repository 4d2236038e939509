import { existsSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import type { ImageOrigin } from '../cli/domus/command.ts';
import { createImage } from '../storage/new-image.ts';

const inside = (root: string, path: string): string => join(root, posix.normalize(posix.join('/', path)));

/**
 * Makes a disk image where the embedded host means `path` (absolute) to be: in its own tree when that has the folder, else on
 * this computer. Errors as `createImage`.
 */
export async function makeImage(root: string, path: string, origin: ImageOrigin): Promise<void> {
  const own = inside(root, path);
  const target = existsSync(dirname(own)) ? own : path;
  const work = { signal: new AbortController().signal, progress: (): void => undefined };
  if (origin.kind === 'blank') return createImage(target, origin, work);
  const ownSource = inside(root, origin.of);
  return createImage(target, { kind: 'copy', of: existsSync(ownSource) ? ownSource : origin.of }, work);
}
