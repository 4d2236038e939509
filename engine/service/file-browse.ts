import { opendir, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, parse, resolve } from 'node:path';
import { DomusError, type DirectoryListing } from '../api/index.ts';

const maxEntries = 5000;

type Entry = DirectoryListing['entries'][number];

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'There is no such directory',
  ENOTDIR: 'This is not a directory',
  EACCES: 'This directory may not be read',
  EPERM: 'This directory may not be read',
  ELOOP: 'This path is a circle of links',
  ENAMETOOLONG: 'This path is too long',
};

function refusal(path: string, error: unknown): DomusError {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  return new DomusError('ERROR_NOTFOUND', `${reasons[code] ?? 'This directory cannot be read'}: ${path}`, {
    field: 'path',
  });
}

/** Null for what is neither a file nor a directory (sockets, devices, broken links): nothing to choose there. */
async function entryOf(directory: string, name: string): Promise<Entry | null> {
  try {
    const found = await stat(join(directory, name));
    if (found.isDirectory()) return { name, kind: 'directory', bytes: null };
    return found.isFile() ? { name, kind: 'file', bytes: found.size } : null;
  } catch {
    return null;
  }
}

const byKindThenName = (a: Entry, b: Entry): number =>
  a.kind === b.kind ? a.name.localeCompare(b.name, 'en', { numeric: true }) : a.kind === 'directory' ? -1 : 1;

async function namesIn(path: string): Promise<{ names: string[]; truncated: boolean }> {
  const names: string[] = [];
  for await (const { name } of await opendir(path)) {
    if (names.length === maxEntries) return { names, truncated: true };
    names.push(name);
  }
  return { names, truncated: false };
}

/**
 * Directories and plain files of this computer as the engine's user sees them, directories first; the home directory
 * when no path is given. Reads names and sizes only. Fails with ERROR_INVAL or ERROR_NOTFOUND.
 */
export async function browse(path: string = homedir()): Promise<DirectoryListing> {
  if (!isAbsolute(path)) {
    throw new DomusError('ERROR_INVAL', `This is not an absolute path: ${path}`, { field: 'path' });
  }
  const directory = resolve(path);
  try {
    const { names, truncated } = await namesIn(directory);
    const entries: Entry[] = [];
    for (let at = 0; at < names.length; at += 64) {
      const found = await Promise.all(names.slice(at, at + 64).map((name) => entryOf(directory, name)));
      entries.push(...found.filter((entry) => entry !== null));
    }
    const parent = directory === parse(directory).root ? null : dirname(directory);
    return { path: directory, parent, entries: entries.sort(byKindThenName), truncated };
  } catch (error) {
    throw refusal(directory, error);
  }
}
