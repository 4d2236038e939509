import type { DirectoryListing } from '../../../engine/api/contract.ts';
import type { StoragePool } from '../../../engine/api/inventory.ts';
import { canBeDisk, volumeWords } from '../inventory/inventory.ts';

export interface FileEntry {
  readonly name: string;
  readonly kind: 'parent' | 'directory' | 'file';
  readonly bytes: number | null;
  /** Where it is not its folder and its name. */
  readonly path?: string;
  /** What is to be said of it. */
  readonly note?: string;
}

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

function matches(name: string, extensions: readonly string[]): boolean {
  return extensions.length === 0 || extensions.some((end) => name.toLowerCase().endsWith(`.${end}`));
}

/** A directory as a person looks through it: up, folders, files that match; hidden ones last. */
export function listEntries(listing: DirectoryListing, extensions: readonly string[]): FileEntry[] {
  const hidden = (name: string): number => Number(name.startsWith('.'));
  const entries = listing.entries
    .filter(({ name, kind }) => kind === 'directory' || matches(name, extensions))
    .sort(
      (a, b) =>
        Number(a.kind === 'file') - Number(b.kind === 'file') ||
        hidden(a.name) - hidden(b.name) ||
        collator.compare(a.name, b.name),
    );
  const up: FileEntry[] = listing.parent === null ? [] : [{ name: '..', kind: 'parent', bytes: null }];
  return [...up, ...entries];
}

/** The volumes of a volume group that a guest can have as its disk. */
export function listVolumes({ volumes }: StoragePool): FileEntry[] {
  return volumes.filter(canBeDisk).map((volume) => {
    const users = [...new Set(volume.users.map(({ name }) => name))].join(', ');
    const note = [volume.kind === 'linear' ? '' : volumeWords(volume), users && `used by ${users}`];
    return {
      name: volume.name,
      kind: 'file',
      bytes: volume.bytes,
      path: volume.path,
      note: note.filter(Boolean).join(', '),
    };
  });
}

const separatorOf = (path: string): string => (path.includes('\\') && !path.includes('/') ? '\\' : '/');

/** A name in a directory, in the way that the engine's computer writes paths. */
export function joinPath(directory: string, name: string): string {
  const separator = separatorOf(directory);
  return directory.endsWith(separator) ? directory + name : directory + separator + name;
}

/** The directory of a path; undefined (the home) when it names none. */
export function parentOf(path: string): string | undefined {
  const end = path.lastIndexOf(separatorOf(path));
  if (end < 0) return undefined;
  return path.slice(0, end) || '/';
}
