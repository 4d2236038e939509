import { DomusError } from '../api/index.ts';
import { hasSoundCard } from '../device/sound/index.ts';
import type { MachineBoot, MachineDisk, MachineNic, MachineSpec } from '../guest/machine.ts';
import { DiskImages, type ImageContext } from './disk-images.ts';
import type { BootableConfig, GuestBoot, GuestConfig, GuestNic } from './guest-config.ts';
import { checkKernel, checkRamdisk } from './kernel-file.ts';
import { prepareFolders } from './shared-folders.ts';

/** What one 32-bit machine can have (v86 reference: 8 MiB to below 2 GiB). */
const minMemoryKiB = 8 * 1024;
const maxMemoryKiB = 2047 * 1024;

/** Network cards the machine has, by the names xl.cfg uses for them. */
const nicModels: Record<string, MachineNic['model']> = {
  'virtio-net': 'virtio',
  'virtio-net-pci': 'virtio',
  virtio: 'virtio',
  ne2k_pci: 'ne2k',
  ne2k_isa: 'ne2k',
};

export interface PreparedSpec {
  readonly spec: MachineSpec;
  /** Holds them until it is disposed of. */
  readonly images: DiskImages;
  /** Where the machine differs from what was asked for. */
  readonly notes: readonly string[];
}

export function checkMemory(memoryKiB: number): void {
  if (memoryKiB >= minMemoryKiB && memoryKiB <= maxMemoryKiB) return;
  const mib = memoryKiB / 1024;
  throw new DomusError(
    memoryKiB < minMemoryKiB ? 'ERROR_INVAL' : 'ERROR_NOMEM',
    memoryKiB < minMemoryKiB
      ? `The domain is configured with ${mib} MiB of memory; a guest needs at least 8 MiB.`
      : `The domain is configured with ${mib} MiB of memory; the embedded machine is 32-bit and has at most 2047 MiB for one guest.`,
    { field: 'memory', fix: 'Change `memory` in its configuration.' },
  );
}

async function prepareBoot(boot: BootableConfig['boot'], context: ImageContext): Promise<MachineBoot> {
  if (boot.kind === 'firmware') return boot;
  const kernelPath = context.resolve(boot.kernel);
  await checkKernel(kernelPath);
  if (boot.ramdisk === null) return { kind: 'direct', kernelPath, cmdline: boot.cmdline };
  const ramdiskPath = context.resolve(boot.ramdisk);
  await checkRamdisk(ramdiskPath);
  return { kind: 'direct', kernelPath, ramdiskPath, cmdline: boot.cmdline };
}

/** Without a wish a guest gets the card it most likely has a driver for: old systems on disks know the NE2000. */
export const defaultNicModel = (boot: GuestBoot): 'ne2k_pci' | 'virtio' =>
  boot.kind === 'firmware' ? 'ne2k_pci' : 'virtio';

/** The card that the machine has for the one asked for. */
export const nicModelOf = ({ model }: Pick<GuestNic, 'model'>, boot: GuestBoot): MachineNic['model'] =>
  nicModels[model ?? ''] ?? (defaultNicModel(boot) === 'ne2k_pci' ? 'ne2k' : 'virtio');

export const prepareNic = (nic: GuestNic, uuid: string, boot: GuestBoot): MachineNic => ({
  devid: nic.devid,
  mac: nic.mac ?? stableMac(uuid, nic.devid),
  model: nicModelOf(nic, boot),
  ...(nic.link ? {} : { linkUp: false }),
  ...(nic.pciSlot !== undefined && { pciSlot: nic.pciSlot }),
});

/** Xen's prefix and 23 bits of the UUID: the same card has the same address at every start. */
export function stableMac(uuid: string, devid: number): string {
  const bits = (parseInt(uuid.replaceAll('-', '').slice(-6), 16) + devid) & 0x7fffff;
  const digits = bits.toString(16).padStart(6, '0');
  return `00:16:3e:${digits.slice(0, 2)}:${digits.slice(2, 4)}:${digits.slice(4)}`;
}

/** ERROR_INVAL, field `channel`, for a name that is missing or there twice: a guest finds its channels by their names. */
function channelNames({ channels }: GuestConfig): string[] {
  const names = channels.map(({ name }) => name);
  const twin = names.find((name, at) => names.indexOf(name) !== at);
  if (names.includes('') || twin !== undefined) {
    const why = twin ? `two channels named ${twin}` : 'a channel without a name';
    throw new DomusError('ERROR_INVAL', `The configuration has ${why}.`, {
      field: 'channel',
      fix: 'Give each of them a name of its own: name=…',
    });
  }
  return names;
}

function differences(config: GuestConfig): string[] {
  const notes: string[] = [];
  if (config.vcpus > 1) notes.push(`The embedded machine has one vCPU; ${config.vcpus} were asked for.`);
  for (const { devid, model } of config.nics) {
    if (model !== null && !(model in nicModels))
      notes.push(`vif ${devid}: there is no ${model} card here; it gets another one.`);
  }
  if (config.sound && !hasSoundCard(config.sound))
    notes.push(`There is no ${config.sound.model} sound card here, only sb16; the domain gets none.`);
  if (config.boot.kind === 'direct' && !/\bconsole=ttyS0\b/.test(config.boot.cmdline)) {
    notes.push(
      'The kernel command line has no console=ttyS0: the serial console may stay silent. hvc0 is the PV console.',
    );
  }
  if (config.type !== 'hvm') {
    notes.push(
      `A ${config.type.toUpperCase()} domain boots its kernel on emulated hardware here, without Xen's PV interfaces.`,
    );
  }
  return notes;
}

/**
 * Checks everything a machine needs from files and says exactly what is wrong (ERROR_NOTFOUND, ERROR_INVAL, ERROR_NI, ERROR_NOMEM,
 * with the field of xl.cfg). Holds the disk images.
 */
export async function prepareSpec(
  config: BootableConfig,
  uuid: string,
  context: ImageContext,
): Promise<PreparedSpec> {
  checkMemory(config.memoryKiB);
  const boot = await prepareBoot(config.boot, context);
  const images = new DiskImages(context, { uuid, name: config.name });
  try {
    const disks: MachineDisk[] = [];
    for (const disk of config.disks) disks.push(await images.hold(disk));
    const { name, memoryKiB, videoRamKiB, acpi } = config;
    const nics = config.nics.map((nic) => prepareNic(nic, uuid, config.boot));
    // Room to grow is there from the start; the guest's balloon keeps it out of use.
    const wholeKiB = Math.max(memoryKiB, Math.min(config.maxMemoryKiB, maxMemoryKiB));
    const memory = { memoryKiB: wholeKiB, ...(wholeKiB > memoryKiB && { memoryTargetKiB: memoryKiB }) };
    const rng = config.rng !== null;
    const sound = config.sound !== null && hasSoundCard(config.sound);
    const shared = await prepareFolders(config.shares, context);
    const folders = shared.length > 0 && { folders: shared };
    const channels = config.channels.length > 0 && { channels: channelNames(config) };
    const own = { pvConsole: true, videoRamKiB, acpi, rng, sound };
    const spec = { name, uuid, ...memory, boot, disks, nics, ...folders, ...channels, ...own };
    return { spec, images, notes: differences(config) };
  } catch (error) {
    images.dispose();
    throw error;
  }
}
