import type { BootMenu, DomainBoot } from '../../../engine/api/dom0.ts';
import { cfgString } from '../../action/xl.ts';

/** What the boot loader calls the entry at this place of the list. */
export const numberOf = ({ entries }: BootMenu, place: number): number => entries[place]?.number ?? place;

/**
 * The line of xl.cfg that makes the boot loader take the entry at `place`, with `added` behind the kernel arguments it has anyway. Of an
 * option given twice the last counts, so it stands behind what the file has.
 */
export function bootLine(boot: DomainBoot, place: number, added: string): string {
  const args = [...boot.bootloaderArgs, `--entry=${numberOf(boot.menu, place)}`];
  const more = added.trim();
  if (more !== '') args.push(`--args=${[boot.kernelArgs, more].filter(Boolean).join(' ')}`);
  return `bootloader_args=[${args.map(cfgString).join(',')}]`;
}

/** Control characters have no place on a kernel's command line. */
export const isKernelArguments = (text: string): boolean => /^\P{Cc}{0,1000}$/u.test(text);
