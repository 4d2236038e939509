import type { DomainInfo } from '../api/index.ts';
import type { ChannelConfig } from '../device/channel/index.ts';
import type { ShareConfig } from '../device/p9/index.ts';
import type { RngConfig } from '../device/rng/index.ts';
import type { SoundConfig } from '../device/sound/index.ts';
import type { DiskConfig } from '../device/vbd/config.ts';
import type { ScreenConfig } from '../device/vfb/config.ts';
import type { NicConfig } from '../device/vif/config.ts';
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

export type GuestDisk = DiskConfig;
export type GuestNic = NicConfig;

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
  readonly disks: readonly GuestDisk[];
  readonly nics: readonly GuestNic[];
  readonly channels: readonly ChannelConfig[];
  readonly shares: readonly ShareConfig[];
  /** null: no adapter and no VNC. */
  readonly screen: ScreenConfig | null;
  readonly rng: RngConfig | null;
  readonly sound: SoundConfig | null;
  /** How many serial ports the domain shows, 1..4. */
  readonly serialPorts: number;
  readonly acpi: boolean;
  readonly videoRamKiB: number;
  /** Relative share of the CPU, 1..65535. */
  readonly cpuWeight: number;
  /** Most CPU, in percent of one; 0 = no limit. */
  readonly capPercent: number;
  /** Physical CPUs that its vCPU may run on; null: any. */
  readonly hardCpus: readonly number[] | null;
  readonly onPoweroff: EventAction;
  readonly onReboot: EventAction;
  readonly onCrash: EventAction;
  readonly onWatchdog: EventAction;
  readonly onSoftReset: EventAction;
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
