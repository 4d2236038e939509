import { z } from 'zod';
import { type DiskInfo, DomusError } from '../api/index.ts';
import { parseConfig, SHUTDOWN_ACTIONS, toDomainConfig } from '../xlcfg/index.ts';
import type { EventAction, GuestBoot, GuestConfig, GuestNic } from './guest-config.ts';

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
        serial: z.string().optional(),
        serial_list: z.array(z.string()).optional(),
        vga: z.object({ kind: z.string().optional() }).default({}),
      })
      .default({ vga: {} }),
  }),
  disks: z
    .array(
      z.object({
        pdev_path: z.string().default(''),
        vdev: z.string(),
        format: z.string().default('raw'),
        script: z.string().optional(),
        readwrite: z.number().default(0),
        is_cdrom: z.number().default(0),
      }),
    )
    .max(maxDevices)
    .default([]),
  nics: z
    .array(
      z.object({
        devid: z.number().optional(),
        mac: z.string().optional(),
        bridge: z.string().default('xenbr0'),
        model: z.string().optional(),
      }),
    )
    .max(maxDevices)
    .default([]),
  vfbs: z.array(z.unknown()).default([]),
  on_poweroff: action,
  on_reboot: action,
  on_crash: action,
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
  const { config, messages } = toDomainConfig(parseConfig(text, source), { topology, randomUuid: () => '' });
  if (!config) {
    const errors = messages.filter(({ severity }) => severity === 'error');
    const said = errors.map((message) => message.text).join('\n') || 'the file is refused without a reason';
    const field = errors.find(({ param }) => param !== undefined)?.param;
    const message = said.includes(source) ? said : `${source}: ${said}`;
    throw new DomusError('ERROR_INVAL', message, field === undefined ? {} : { field });
  }
  const parsed = libxlConfig.safeParse(config);
  if (!parsed.success) throw new DomusError('ERROR_INVAL', `${source}: ${z.prettifyError(parsed.error)}`);
  const guest = { ...toGuestConfig(parsed.data), libxl: config };
  checkName(guest.name, source);
  const warnings = messages.filter(({ severity }) => severity === 'warning').map((message) => message.text);
  return { config: guest, warnings };
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

/** What xl gives a domain whose file says nothing about memory (xl-cfg reference §4). */
const defaultMemoryKiB = 32 * 1024;
const videoKiB: Record<string, number> = { none: 0, cirrus: 8192, stdvga: 16384, qxl: 131072 };

function toGuestConfig(libxl: LibxlConfig): Omit<GuestConfig, 'libxl'> {
  const { c_info: create, b_info: build } = libxl;
  const hvm = build['type.hvm'];
  const memoryKiB = build.target_memkb ?? build.max_memkb ?? defaultMemoryKiB;
  const hasDisplay = create.type === 'hvm' || libxl.vfbs.length > 0;
  const serial = hvm.serial_list ?? (hvm.serial === undefined ? [] : [hvm.serial]);
  return {
    name: create.name,
    uuid: create.uuid === '' ? null : create.uuid,
    type: create.type,
    vcpus: Math.max(1, build.avail_vcpus.length),
    maxVcpus: Math.max(1, build.max_vcpus),
    memoryKiB,
    maxMemoryKiB: build.max_memkb ?? memoryKiB,
    pagingKiB: build.shadow_memkb ?? null,
    boot: toBoot(libxl),
    disks: libxl.disks.map(toDisk),
    nics: libxl.nics.map(toNic),
    serialPorts: Math.min(4, Math.max(1, serial.length)),
    acpi: build.acpi,
    videoRamKiB: hasDisplay ? (build.video_memkb ?? videoKiB[hvm.vga.kind ?? 'cirrus'] ?? 8192) : 0,
    cpuWeight: build.sched_params.weight ?? 256,
    capPercent: build.sched_params.cap ?? 0,
    onPoweroff: libxl.on_poweroff,
    onReboot: libxl.on_reboot,
    onCrash: libxl.on_crash,
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

function toDisk(disk: LibxlConfig['disks'][number]): DiskInfo {
  const kind = disk.is_cdrom === 1 ? 'cdrom' : disk.vdev.startsWith('fd') ? 'floppy' : 'disk';
  const path = disk.pdev_path === '' ? null : disk.pdev_path;
  const format = (disk.script ?? disk.format).slice(0, 16);
  return { vdev: disk.vdev, kind, path, format, readOnly: disk.readwrite === 0 };
}

function toNic(nic: LibxlConfig['nics'][number], index: number): GuestNic {
  const { mac, bridge, model } = nic;
  return { devid: nic.devid ?? index, mac: mac?.toLowerCase() ?? null, bridge, model: model ?? null };
}
