import { open, readdir } from 'node:fs/promises';
import { isAbsolute, join, parse as parsePath, sep } from 'node:path';
import { type Line, parseLines } from './lines.ts';
import { isPattern, matchesFileName } from './patterns.ts';
import { configProblem } from './problem.ts';

/** What a file says in its order; of an Include what the files say that it names. */
export type Entry = Line | { readonly include: readonly (readonly Entry[])[] };

export interface Place {
  /** The person's home. */
  readonly home: string;
  readonly platform: NodeJS.Platform;
}

const maxFiles = 64;
const maxDepth = 16;
const maxBytes = 1024 * 1024;

interface Reading {
  readonly place: Place;
  /** Where relative names of Include lead. */
  readonly base: string;
  readonly matters: (keyword: string) => boolean;
  files: number;
}

/** `~` and `~/…`. */
export const withHome = (path: string, home: string): string =>
  path === '~' || path.startsWith('~/') ? join(home, path.slice(1)) : path;

/**
 * A configuration file with the files it includes. One that is not there is empty, as for ssh. `trusted`: nobody asks who may
 * write it. Throws ConnectError for what ssh would refuse.
 */
export async function readConfig(
  path: string,
  options: {
    place: Place;
    base: string;
    trusted: boolean;
    matters: (keyword: string) => boolean;
  },
): Promise<Entry[]> {
  const { place, base, matters } = options;
  const reading: Reading = { place, base, matters: (word) => word === 'include' || matters(word), files: 0 };
  return readEntries(path, reading, options.trusted, 0);
}

async function readEntries(
  path: string,
  reading: Reading,
  trusted: boolean,
  depth: number,
): Promise<Entry[]> {
  const shown = shownPath(path, reading.place.home);
  reading.files += 1;
  if (reading.files > maxFiles) throw configProblem(shown, `it is made of more than ${maxFiles} files`);
  if (depth > maxDepth) throw configProblem(shown, 'too many files include each other');
  const text = await readText(path, shown, trusted || reading.place.platform === 'win32');
  const entries: Entry[] = [];
  for (const line of parseLines(text, shown, reading.matters)) {
    if (line.keyword !== 'include') {
      entries.push(line);
      continue;
    }
    const include: Entry[][] = [];
    for (const word of line.words) {
      for (const file of await filesOf(word, reading))
        include.push(await readEntries(file, reading, false, depth + 1));
    }
    entries.push({ include });
  }
  return entries;
}

const shownPath = (path: string, home: string): string =>
  path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;

async function readText(path: string, shown: string, trusted: boolean): Promise<string> {
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR' || trusted) return null;
    throw configProblem(shown, `it cannot be read (${error.code ?? error.message})`);
  });
  if (!file) return '';
  try {
    const { uid, mode, size } = await file.stat();
    // Commands stand in it: as ssh, none are taken from a file that others can write.
    if (!trusted && ((uid !== 0 && uid !== process.getuid?.()) || (mode & 0o022) !== 0)) {
      throw configProblem(shown, 'it belongs to somebody else, or others may write it');
    }
    if (size > maxBytes) throw configProblem(shown, 'it is too large');
    return await file.readFile('utf8').catch(() => '');
  } finally {
    await file.close();
  }
}

/** Files that a word of an Include names; of a pattern those that are there, by name. */
async function filesOf(word: string, { place, base }: Reading): Promise<string[]> {
  const named = withHome(word, place.home);
  const path = isAbsolute(named) ? named : join(base, named);
  if (!isPattern(path)) return [path];
  const { root } = parsePath(path);
  let found = [root];
  for (const part of path.slice(root.length).split(sep)) {
    const next: string[] = [];
    for (const directory of found) {
      if (!isPattern(part)) next.push(join(directory, part));
      else {
        const names = await readdir(directory).catch(() => []);
        next.push(
          ...names.filter((name) => matchesFileName(part, name)).map((name) => join(directory, name)),
        );
      }
    }
    found = next.sort().slice(0, maxFiles + 1);
  }
  return found;
}
