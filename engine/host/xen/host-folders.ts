import { posix } from 'node:path';
import { type DirectoryListing, DomusError } from '../../api/index.ts';
import type { Xl } from './xl.ts';

/** Folders of the host, for choosing kernels, disks and CDs that are there. */

const maxEntries = 5000;
const maxBytes = 4 * 1024 * 1024;

type Entry = DirectoryListing['entries'][number];

/** Of every entry: what it is, its size, its name; what it leads to, where it is a link. An empty path is root's home. */
const script =
  'd=$1; [ -n "$d" ] || d=${HOME:-/}; cd -- "$d" 2>/dev/null || { [ -e "$d" ] && echo CLOSED || echo GONE; exit 1; }; ' +
  `pwd; ls -A | head -n ${maxEntries + 1} | tr '\\n' '\\0' | xargs -0 stat -L -c '%F:%s:%n' -- 2>/dev/null; exit 0`;

/** null for what cannot be chosen: sockets, terminals, links that lead nowhere. Disks of the host are devices, as volumes are. */
function entryOf(line: string): Entry | null {
  const [, what = '', size = '', name = ''] = /^([^:]+):(\d+):(.+)$/.exec(line) ?? [];
  if (name === '') return null;
  if (what === 'directory') return { name, kind: 'directory', bytes: null };
  if (what === 'block special file') return { name, kind: 'file', bytes: null };
  return what.startsWith('regular') ? { name, kind: 'file', bytes: Number(size) } : null;
}

const byKindThenName = (a: Entry, b: Entry): number =>
  a.kind === b.kind ? a.name.localeCompare(b.name, 'en', { numeric: true }) : a.kind === 'directory' ? -1 : 1;

/** ERROR_INVAL for a path that is not absolute, ERROR_NOTFOUND for one that is no folder or may not be read. */
export async function browseHost(xl: Xl, path = ''): Promise<DirectoryListing> {
  if (path !== '' && !path.startsWith('/')) {
    throw new DomusError('ERROR_INVAL', `This is not an absolute path: ${path}`, { field: 'path' });
  }
  const { code, stdout } = await xl.script('ls', script, [path], { maxBytes });
  const [directory = '', ...lines] = stdout.split('\n');
  if (code !== 0 || !directory.startsWith('/')) {
    const why =
      directory === 'GONE'
        ? 'There is no such directory on the host'
        : 'This is no directory that can be read';
    throw new DomusError('ERROR_NOTFOUND', `${why}: ${path}`, { field: 'path' });
  }
  const entries = lines.map(entryOf).filter((entry) => entry !== null);
  return {
    path: directory,
    parent: directory === '/' ? null : posix.dirname(directory),
    entries: entries.sort(byKindThenName).slice(0, maxEntries),
    truncated: lines.length > maxEntries,
  };
}
