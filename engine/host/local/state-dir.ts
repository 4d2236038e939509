import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { removeLeftovers, writeFileAtomic } from './atomic-file.ts';

/** The directories of dom0 that the embedded host has (architecture: laid out like a real one). */
const directories = [
  'etc/xen/auto',
  'etc/default',
  'var/lib/xen/images',
  'var/lib/xen/save',
  'var/lib/xen/dump',
  'var/lib/domus',
  'var/log/xen/console',
  'var/run/xen',
];

/** Where Domus itself writes files, and so may leave unfinished ones. */
const writtenDirectories = [
  'etc/xen',
  'etc/default',
  'var/lib/domus',
  'var/lib/xen/images',
  'var/lib/xen/save',
];

const defaultFiles: Record<string, string> = {
  'etc/xen/xl.conf': [
    '## Global settings of xl on the embedded host (see xl.conf(5)).',
    '#autoballoon="auto"',
    '#vif.default.script="vif-bridge"',
    '#vif.default.bridge="xenbr0"',
    '',
  ].join('\n'),
  'etc/default/xendomains': [
    '# What happens to domains when the host stops and starts (see xendomains).',
    'XENDOMAINS_SAVE=/var/lib/xen/save',
    'XENDOMAINS_RESTORE=true',
    'XENDOMAINS_AUTO=/etc/xen/auto',
    '',
  ].join('\n'),
};

/**
 * The embedded host's files. A `dom0` path is what Domain-0 calls a file (`/etc/xen/web.cfg`); a `real` path is where that
 * is on this computer.
 */
export class StateDir {
  readonly root: string;

  constructor(root: string) {
    this.root = root;
  }

  /** Makes what is missing. Returns sentences about what had to be repaired. */
  async prepare(): Promise<string[]> {
    for (const directory of directories) await mkdir(join(this.root, directory), { recursive: true });
    let leftovers = 0;
    for (const directory of writtenDirectories)
      leftovers += await removeLeftovers(join(this.root, directory));
    for (const [path, text] of Object.entries(defaultFiles)) {
      await writeFile(join(this.root, path), text, { flag: 'wx' }).catch(ignoreExisting);
    }
    if (leftovers === 0) return [];
    return [
      `${leftovers} half-written ${leftovers === 1 ? 'file' : 'files'} of an earlier run were removed.`,
    ];
  }

  /** Where a file of Domain-0 is. `..` cannot lead out of the tree. */
  real(dom0Path: string): string {
    return join(this.root, posix.normalize(posix.join('/', dom0Path)));
  }

  /**
   * The file a configuration means by `path`: one of Domain-0's if there is such a file, else one of this computer.
   * Relative paths are relative to /etc/xen.
   */
  resolve(path: string): string {
    const absolute = posix.isAbsolute(path) || /^[A-Za-z]:[\\/]/.test(path);
    const inside = this.real(absolute ? path : posix.join('/etc/xen', path));
    return existsSync(inside) || !absolute ? inside : path;
  }

  /** Where a new file called `path` (absolute) is made: in Domain-0's tree if that has its folder, else on this computer. */
  place(path: string): string {
    const inside = this.real(path);
    return existsSync(dirname(inside)) ? inside : path;
  }

  /** Writes one of Domain-0's files atomically. */
  async write(dom0Path: string, data: string, options: { exclusive?: boolean } = {}): Promise<void> {
    await writeFileAtomic(this.real(dom0Path), data, options);
  }
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}
