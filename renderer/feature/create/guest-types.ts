import type { HostInfo } from '../../../engine/api/host.ts';
import type { SourceKind } from './draft-form.ts';
import type { GuestType } from './disk-form.ts';

export interface TypeWords {
  readonly value: GuestType;
  readonly title: string;
  /** What it is. */
  readonly hint: string;
  /** What choosing it means on a host of this kind. */
  readonly here: Readonly<Record<HostInfo['kind'], string>>;
}

/** The three kinds of guests, told honestly for the host at hand (machine-spec.ts says the same in its notes). */
export const guestTypes: readonly TypeWords[] = [
  {
    value: 'hvm',
    title: 'HVM',
    hint: 'A whole PC: firmware, disks, screen',
    here: {
      embedded: 'Any 32-bit system runs unmodified. The right choice here unless you practise for PV or PVH.',
      xen: 'Any system runs unmodified; needs the CPU’s virtualisation. Xen’s own drivers make it fast.',
    },
  },
  {
    value: 'pvh',
    title: 'PVH',
    hint: 'A kernel started directly, no emulated devices',
    here: {
      embedded:
        'Configured as on Xen, pygrub included, but run on the same emulated PC: the kernel finds no PVH interfaces, so nothing is faster.',
      xen: 'The leanest choice for Linux since 4.11: no firmware, no QEMU, memory kept apart by the CPU.',
    },
  },
  {
    value: 'pv',
    title: 'PV',
    hint: 'A kernel that knows it runs on Xen',
    here: {
      embedded:
        'Configured as on Xen, pygrub included, but run on the same emulated PC: the kernel finds no PV interfaces, so nothing is faster.',
      xen: 'Works without the CPU’s virtualisation. The kernel has to be made for it (Linux, NetBSD).',
    },
  },
];

/** Why a type cannot be had for what the domain boots; null when it can. */
export function whyNotType(type: GuestType, source: SourceKind): string | null {
  if (type === 'hvm' || source !== 'iso') return null;
  return 'A CD boots through firmware, which only HVM domains have.';
}
