import { open, stat } from 'node:fs/promises';
import { isAbsolute, join, posix, relative, resolve, sep } from 'node:path';
import { type Dom0Files, FileProblem } from '../cli/xl/context.ts';

/** What C's strerror says to the errors that opening a file has. */
const sentences: Readonly<Record<string, string>> = {
  ENOENT: 'No such file or directory',
  EACCES: 'Permission denied',
  EPERM: 'Operation not permitted',
  ENOTDIR: 'Not a directory',
  EISDIR: 'Is a directory',
  ELOOP: 'Too many levels of symbolic links',
  ENAMETOOLONG: 'File name too long',
};

/** Nothing that these programs read is larger, in bytes. */
const maxBytes = 64 * 1024 * 1024;

function problem(error: unknown): FileProblem {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  return new FileProblem(sentences[code] ?? (error instanceof Error ? error.message : String(error)));
}

/** Reads a plain file; libxl takes nothing else and calls it ENOTTY. */
async function readPlain(path: string): Promise<string> {
  const file = await open(path, 'r').catch((error: unknown) => Promise.reject(problem(error)));
  try {
    const about = await file.stat();
    if (!about.isFile()) throw new FileProblem('Inappropriate ioctl for device');
    if (about.size > maxBytes) throw new FileProblem('File too large');
    return await file.readFile('utf8');
  } catch (error) {
    throw error instanceof FileProblem ? error : problem(error);
  } finally {
    await file.close();
  }
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/**
 * Files as a person in Domain-0 names them: an absolute path is one of the embedded host's files when there is such a
 * file, else one of this computer; a relative one is looked for in the working directory, then in /etc/xen.
 */
export function dom0Files(hostDirectory: string, workingDirectory = process.cwd()): Dom0Files {
  const inside = (path: string): string => join(hostDirectory, posix.normalize(posix.join('/', path)));
  const candidates = (path: string): string[] =>
    isAbsolute(path)
      ? [inside(path), path]
      : [resolve(workingDirectory, path), inside(posix.join('/etc/xen', path))];

  async function real(path: string): Promise<string> {
    for (const candidate of candidates(path)) if (await isThere(candidate)) return candidate;
    return resolve(workingDirectory, path);
  }

  /** How Domain-0 calls a file of its own; any other file keeps its name. */
  function dom0Name(path: string): string {
    const below = relative(hostDirectory, path);
    return below.startsWith('..') || isAbsolute(below) ? path : `/${below.split(sep).join('/')}`;
  }

  return {
    async read(path) {
      const found = await real(path);
      return { text: await readPlain(found), source: dom0Name(found) };
    },
    exists: async (path) => isThere(await real(path)),
    absolute: (path) => resolve(workingDirectory, path),
  };
}
