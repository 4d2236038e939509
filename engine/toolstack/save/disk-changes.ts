import { stat } from 'node:fs/promises';
import type { SavedDisk } from './saved-domain.ts';

/** What tells whether an image was changed: null for one that cannot be looked at. */
export async function imageMark(realPath: string): Promise<{ bytes: number; modifiedMs: number } | null> {
  const status = await stat(realPath).catch(() => null);
  return status && { bytes: status.size, modifiedMs: Math.floor(status.mtimeMs) };
}

export interface DiskChange {
  /** The guest cannot go on: it would read beyond the end. */
  readonly fatal: boolean;
  readonly sentence: string;
}

/**
 * What has become of the images since the save. A guest keeps much of its disks in memory: writing that back over an image
 * somebody else has changed damages its file systems.
 */
export async function diskChanges(
  disks: readonly SavedDisk[],
  realPath: (path: string) => string,
): Promise<DiskChange[]> {
  const changes = await Promise.all(disks.map((disk) => changeOf(disk, realPath)));
  return changes.filter((change) => change !== null);
}

async function changeOf(disk: SavedDisk, realPath: (path: string) => string): Promise<DiskChange | null> {
  const { vdev, path, bytes, modifiedMs, readOnly } = disk;
  if (path === null || bytes === null) return null;
  const now = await imageMark(realPath(path));
  if (!now) return { fatal: true, sentence: `The image of ${vdev} is gone: ${path}.` };
  if (now.bytes < bytes)
    return { fatal: true, sentence: `${path} (${vdev}) is smaller than when the guest was saved.` };
  if (now.bytes > bytes)
    return { fatal: false, sentence: `${path} (${vdev}) has grown since; the guest will not see that.` };
  if (readOnly || now.modifiedMs === modifiedMs) return null;
  const when = new Date(now.modifiedMs).toISOString().slice(0, 16).replace('T', ' ');
  return {
    fatal: false,
    sentence: `${path} (${vdev}) was changed after the save (${when} UTC): the guest's file system may be damaged when it goes on.`,
  };
}
