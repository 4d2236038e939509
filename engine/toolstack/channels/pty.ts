import { createRequire } from 'node:module';
import type * as NodePty from 'node-pty';

/** Not by `import`, which remembers a failure: it may be built while we run. */
const requirePackage = createRequire(import.meta.url);

/** node-pty; null when its native part is not there. */
export function loadPty(): typeof NodePty | null {
  try {
    const path = requirePackage.resolve('node-pty');
    // On macOS node-pty itself goes from the archive to what is beside it, for its helper, and would do so twice.
    const inArchive = process.platform === 'darwin' ? path.replace('app.asar.unpacked', 'app.asar') : path;
    return requirePackage(inArchive) as typeof NodePty;
  } catch {
    return null;
  }
}

/** Both sides of a pseudo-terminal, open. */
export interface PseudoTerminal {
  readonly master: number;
  readonly slave: number;
  /** Where programs find it: `/dev/pts/3`. */
  readonly path: string;
}

/** node-pty's own way to open one without a program in it; not in its types. */
interface NativePty {
  native?: { open?(columns: number, rows: number): { master: number; slave: number; pty: string } };
}

/** null where there are none: on Windows, or without node-pty's native part. */
export function openPseudoTerminal(): PseudoTerminal | null {
  if (process.platform === 'win32') return null;
  try {
    const opened = (loadPty() as NativePty | null)?.native?.open?.(80, 24);
    return opened ? { master: opened.master, slave: opened.slave, path: opened.pty } : null;
  } catch {
    return null;
  }
}
