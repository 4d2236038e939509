import { posix } from 'node:path';
import { bootError } from './boot-config.ts';

/** pygrub, and GRUB built for guests, which reads the same configuration from inside. */
const known = /^(?:pygrub|pv-?grub\w*|pvgrub\w*)(?:\.bin)?$/;

/** ERROR_NI for another boot loader. */
export function checkProgram(program: string): void {
  if (known.test(posix.basename(program))) return;
  throw bootError(
    'ERROR_NI',
    `The domain boots through ${program.slice(0, 200)}; of the boot loaders that run outside of a guest only pygrub is known here.`,
    'Use bootloader="pygrub", or give `kernel` and `ramdisk`.',
  );
}

/** ERROR_INVAL, field `disk`, when there is none. */
export function firstDisk<T>({ program, disk }: { readonly program: string; readonly disk: T | null }): T {
  if (disk === null) throw bootError('ERROR_INVAL', `${program} has no disk to look at.`, undefined, 'disk');
  return disk;
}
