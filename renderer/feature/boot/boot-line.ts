import type { DomainBoot } from '../../../engine/api/dom0.ts';
import { cfgString } from '../../action/xl.ts';

/**
 * The line of xl.cfg that makes the boot loader take `entry`, with `added` behind the kernel arguments it has anyway. Of an
 * option given twice the last counts, so it stands behind what the file has.
 */
export function bootLine(boot: DomainBoot, entry: number, added: string): string {
  const args = [...boot.bootloaderArgs, `--entry=${entry}`];
  const more = added.trim();
  if (more !== '') args.push(`--args=${[boot.kernelArgs, more].filter(Boolean).join(' ')}`);
  return `bootloader_args=[${args.map(cfgString).join(',')}]`;
}

/** Control characters have no place on a kernel's command line. */
export const isKernelArguments = (text: string): boolean => /^\P{Cc}{0,1000}$/u.test(text);
