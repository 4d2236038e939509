import { z } from 'zod';
import { dom0Uuid, DomusError, uuid } from '../api/index.ts';
import { channelStruct, readChannel } from '../device/channel/index.ts';
import { readShare, shareStruct } from '../device/p9/index.ts';
import { readRng } from '../device/rng/index.ts';
import { serialPorts } from '../device/serial/index.ts';
import { readSound } from '../device/sound/index.ts';
import { diskStruct, readDisk } from '../device/vbd/config.ts';
import { readScreen } from '../device/vfb/config.ts';
import { nicStruct, readNic } from '../device/vif/config.ts';
import {
  type ConfigDocument,
  type DomainConfig,
  parseConfig,
  printRate,
  SHUTDOWN_ACTIONS,
  toDomainConfig,
} from '../xlcfg/index.ts';
import type { EventAction, GuestBoot, GuestConfig } from './guest-config.ts';
import { hardCpus } from './parts/cpu.ts';
import { defaultMemoryKiB } from './parts/memory.ts';

/** Most disks and most network cards the contract shows. */
const maxDevices = 64;

const number = z.union([z.number(), z.bigint()]).transform(Number);
const defbool = z.enum(['True', 'False']).transform((word) => word === 'True');
const action = z.string().default('destroy').transform(toAction);

/** The part of libxl's domain configuration that the embedded host acts on. */
const libxlConfig = z.object({
  c_info: z.object({ type: z.enum(['pv', 'pvh', 'hvm']), name: z.string(), uuid: z.string() }),
  b_info: z.object({
    max_vcpus: number.default(1),
    avail_vcpus: z.array(z.unknown()).default([0]),
    target_memkb: number.optional(),
    max_memkb: number.optional(),
    video_memkb: number.optional(),
    shadow_memkb: number.optional(),
    sched_params: z.object({ weight: number.optional(), cap: number.optional() }).default({}),
    kernel: z.string().optional(),
    ramdisk: z.string().optional(),
    cmdline: z.string().default(''),
    acpi: defbool.default(true),
    bootloader: z.string().optional(),
    bootloader_args: z.array(z.string()).default([]),
    'type.hvm': z
      .object({
        boot: z.string().optional(),
      })
      .default({}),
  }),
  disks: z.array(diskStruct).max(maxDevices).default([]),
  nics: z.array(nicStruct).max(maxDevices).default([]),
  channels: z.array(channelStruct).max(maxDevices).default([]),
  p9s: z.array(shareStruct).max(maxDevices).default([]),
  on_poweroff: action,
  on_reboot: action,
  on_crash: action,
  on_watchdog: action,
  on_soft_reset: action,
});
type LibxlConfig = z.infer<typeof libxlConfig>;

/** libxl's JSON spells some actions its own way; xl.cfg's spelling is the contract's. */
function toAction(word: string): EventAction {
  const spelt = Object.entries(SHUTDOWN_ACTIONS).find(([, json]) => json === word);
  return (spelt?.[0] ?? 'destroy') as EventAction;
}

export interface ReadResult {
  readonly config: GuestConfig;
  /** What xl would print as warnings. */
  readonly warnings: readonly string[];
}

/**
 * Reads xl.cfg text with the real tool's rules. A file it refuses is ERROR_INVAL with its own words, the field being the
 * option to blame. `source` is how messages call the file; `pcpus` is how many CPUs the host has (for `cpus=`).
 */
export function readGuestConfig(text: string, source: string, pcpus: number): ReadResult {
  const topology = { cpuCount: pcpus, nodes: [Array.from({ length: pcpus }, (_, cpu) => cpu)] };
  const document = parseConfig(text, source);
  const { config, messages } = toDomainConfig(document, { topology, randomUuid: () => '' });
  if (!config) {
    const errors = messages.filter(({ severity }) => severity === 'error');
    const said = errors.map((message) => message.text).join('\n') || 'the file is refused without a reason';
    const field = errors.find(({ param }) => param !== undefined)?.param;
    const message = said.includes(source) ? said : `${source}: ${said}`;
    throw new DomusError('ERROR_INVAL', message, field === undefined ? {} : { field });
  }
  const parsed = libxlConfig.safeParse(config);
  if (!parsed.success) throw new DomusError('ERROR_INVAL', `${source}: ${z.prettifyError(parsed.error)}`);
  const guest = toGuestConfig(parsed.data, config, ownOptions(document));
  checkName(guest.name, source);
  const warnings = messages.filter(({ severity }) => severity === 'warning').map((message) => message.text);
  return { config: guest, warnings };
}

/**
 * The same from libxl's own JSON, as `xl list -l` prints it of a running domain (numbers and words only, no options of ours).
 * null: it cannot be made sense of.
 */
export function readRunningConfig(json: Readonly<Record<string, unknown>>): GuestConfig | null {
  const parsed = libxlConfig.safeParse(json);
  if (!parsed.success) return null;
  try {
    return toGuestConfig(parsed.data, json as DomainConfig, { sharedDisks: [], readOnlyShares: [] });
  } catch {
    return null;
  }
}

/** A configuration deeper than this is an attack on whoever walks it. */
const maxDepth = 32;
const tooDeep = (value: unknown, left = maxDepth): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (left === 0 || Object.values(value).some((inner) => tooDeep(inner, left - 1)));

/** The same from libxl's JSON (a save file has it), and what that has no words for. ERROR_INVAL. */
export function readLibxlJson(json: string, source: string, own: OwnOptions): GuestConfig {
  let config: unknown;
  try {
    config = JSON.parse(json);
  } catch {
    config = null;
  }
  const parsed = tooDeep(config) ? null : libxlConfig.safeParse(config);
  if (!parsed?.success) {
    const why = parsed ? z.prettifyError(parsed.error).slice(0, 500) : 'it is nested too deeply';
    throw new DomusError('ERROR_INVAL', `The configuration in ${source} cannot be used: ${why}`);
  }
  const guest = toGuestConfig(parsed.data, config as DomainConfig, own);
  checkName(guest.name, source);
  if (guest.uuid !== null && (guest.uuid === dom0Uuid || !uuid.safeParse(guest.uuid).success))
    throw new DomusError('ERROR_INVAL', `${source}: The UUID cannot be a domain's.`, { field: 'uuid' });
  return guest;
}

function checkName(name: string, source: string): void {
  const fail = (why: string): never => {
    throw new DomusError('ERROR_INVAL', `${source}: ${why}`, { field: 'name' });
  };
  if (name === '') fail('The name is empty.');
  if (name.length > 256) fail('The name is longer than 256 characters.');
  if (/[\x00-\x1f\x7f]/.test(name)) fail('The name contains control characters.');
  if (name === 'Domain-0') fail('Domain-0 is the name of the control domain.');
}

const videoKiB: Record<string, number> = { none: 0, cirrus: 8192, stdvga: 16384, qxl: 131072 };

/** Options that only Domus knows; xl ignores them (decision 010). */
export const ownKeys = {
  sharedDisks: 'domus.shared_disks',
  readOnlyShares: 'domus.readonly_shares',
} as const;

export interface OwnOptions {
  readonly sharedDisks: readonly string[];
  readonly readOnlyShares: readonly string[];
}

function ownOptions({ settings }: ConfigDocument): OwnOptions {
  const texts = (key: string): string[] => {
    const value = settings.get(key)?.value ?? [];
    return typeof value === 'string' ? [value] : value.filter((item) => typeof item === 'string');
  };
  return { sharedDisks: texts(ownKeys.sharedDisks), readOnlyShares: texts(ownKeys.readOnlyShares) };
}

export const rateText = (bytes: number, intervalUs: number): string =>
  printRate({ bytesPerInterval: BigInt(bytes), intervalMicroseconds: intervalUs });

function toGuestConfig(parsed: LibxlConfig, libxl: DomainConfig, own: OwnOptions): GuestConfig {
  const { c_info: create, b_info: build } = parsed;
  const memoryKiB = build.target_memkb ?? build.max_memkb ?? defaultMemoryKiB;
  const screen = readScreen(libxl);
  return {
    name: create.name,
    uuid: create.uuid === '' ? null : create.uuid,
    type: create.type,
    vcpus: Math.max(1, build.avail_vcpus.length),
    maxVcpus: Math.max(1, build.max_vcpus),
    memoryKiB,
    maxMemoryKiB: build.max_memkb ?? memoryKiB,
    pagingKiB: build.shadow_memkb ?? null,
    boot: toBoot(parsed),
    disks: parsed.disks.map((disk) => readDisk(disk, own.sharedDisks.includes(disk.vdev))),
    nics: parsed.nics.map((nic, index) => readNic(nic, index, rateText)),
    channels: parsed.channels.map(readChannel),
    shares: parsed.p9s.map((share) => readShare(share, own.readOnlyShares.includes(share.tag ?? ''))),
    screen,
    rng: readRng(libxl),
    sound: readSound(libxl),
    serialPorts: serialPorts(libxl),
    acpi: build.acpi,
    videoRamKiB: screen ? (build.video_memkb ?? videoKiB[screen.vga] ?? 8192) : 0,
    cpuWeight: build.sched_params.weight ?? 256,
    capPercent: build.sched_params.cap ?? 0,
    hardCpus: hardCpus(libxl),
    onPoweroff: parsed.on_poweroff,
    onReboot: parsed.on_reboot,
    onCrash: parsed.on_crash,
    onWatchdog: parsed.on_watchdog,
    onSoftReset: parsed.on_soft_reset,
    libxl,
  };
}

/** A bootloader beats a kernel, as in libxl; pvgrub is a bootloader that comes as a kernel. */
function toBoot({ c_info: create, b_info: build }: LibxlConfig): GuestBoot {
  if (create.type !== 'hvm') {
    if (build.bootloader !== undefined) {
      return { kind: 'bootloader', program: build.bootloader, args: bootloaderArgs(build) };
    }
    const pvgrub = /(?:^|\/)(pvgrub\w*)\.bin$/.exec(build.kernel ?? '');
    if (pvgrub?.[1] !== undefined) return { kind: 'bootloader', program: pvgrub[1], args: [] };
  }
  if (build.kernel === undefined) return { kind: 'firmware', order: build['type.hvm'].boot ?? 'cda' };
  return { kind: 'direct', kernel: build.kernel, ramdisk: build.ramdisk ?? null, cmdline: build.cmdline };
}

/** In libxl's order: of an option given twice the bootloader takes the last one. */
function bootloaderArgs({
  kernel,
  ramdisk,
  cmdline,
  bootloader_args: given,
}: LibxlConfig['b_info']): string[] {
  const own = Object.entries({ kernel, ramdisk, args: cmdline === '' ? undefined : cmdline });
  return [...own.flatMap(([name, value]) => (value === undefined ? [] : [`--${name}=${value}`])), ...given];
}
