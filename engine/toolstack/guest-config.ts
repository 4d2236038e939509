import type { DiskInfo, DomainInfo } from '../api/index.ts';
import type { DomainConfig } from '../xlcfg/index.ts';

export type EventAction = DomainInfo['onCrash'];

export type GuestBoot =
  | {
      readonly kind: 'direct';
      readonly kernel: string;
      readonly ramdisk: string | null;
      readonly cmdline: string;
    }
  /** `order` in xl.cfg letters. */
  | { readonly kind: 'firmware'; readonly order: string }
  /** pygrub, pvgrub and the like: something that finds the kernel inside the guest's disk. */
  | {
      readonly kind: 'bootloader';
      readonly program: string;
      /** As libxl gives them: kernel, ramdisk and command line of the file as options, then `bootloader_args`. */
      readonly args: readonly string[];
    };

export interface GuestNic {
  readonly devid: number;
  /** Lower-case, colon separated; null: one is made up at start. */
  readonly mac: string | null;
  readonly bridge: string;
  /** As configured (`rtl8139`, `virtio-net`, …); null: the default. */
  readonly model: string | null;
}

/**
 * What a domain is, as far as the embedded toolstack acts on it: an xl.cfg with its defaults filled in. Paths are as
 * written there.
 */
export interface GuestConfig {
  readonly name: string;
  /** null: the file gives none. */
  readonly uuid: string | null;
  readonly type: 'pv' | 'pvh' | 'hvm';
  readonly vcpus: number;
  readonly maxVcpus: number;
  readonly memoryKiB: number;
  readonly maxMemoryKiB: number;
  /** `shadow_memory=`; null: computed. */
  readonly pagingKiB: number | null;
  readonly boot: GuestBoot;
  readonly disks: readonly DiskInfo[];
  readonly nics: readonly GuestNic[];
  /** How many serial ports the domain shows, 1..4. */
  readonly serialPorts: number;
  readonly acpi: boolean;
  readonly videoRamKiB: number;
  /** Relative share of the CPU, 1..65535. */
  readonly cpuWeight: number;
  /** Most CPU, in percent of one; 0 = no limit. */
  readonly capPercent: number;
  readonly onPoweroff: EventAction;
  readonly onReboot: EventAction;
  readonly onCrash: EventAction;
  /** All of it, as libxl's JSON has it: what `xl list -l` shows. */
  readonly libxl: DomainConfig;
}

/** A configuration whose kernel, if it has one, is a file. */
export type BootableConfig = GuestConfig & { readonly boot: Exclude<GuestBoot, { kind: 'bootloader' }> };

/** One line for people: what the domain starts from. */
export function describeBoot(boot: GuestBoot): string {
  switch (boot.kind) {
    case 'direct':
      return `kernel ${boot.kernel}`.slice(0, 400);
    case 'firmware':
      return `firmware, boot order ${boot.order}`;
    case 'bootloader':
      return `bootloader ${boot.program}`.slice(0, 400);
  }
}
