/**
 * From a machine spec to what v86 will be built with, or a refusal. Pure; runs in the engine, so that a spec this
 * kind of machine cannot do costs no worker.
 */
import {
  MachineError,
  type MachineBoot,
  type MachineDisk,
  type MachineFolder,
  type MachineNic,
  type MachineSpec,
  type PciSlot,
} from '../machine.ts';
import { CHANNEL_PORTS, isConsolePort } from './protocol-limits.ts';

/** The drives of v86's own controllers. */
export type DriveSlot = 'hda' | 'hdb' | 'cdrom' | 'fda' | 'fdb';

export interface PlannedDrive {
  readonly slot: DriveSlot;
  readonly vdev: string;
  /** Absent = empty drive. */
  readonly path?: string;
  readonly readOnly: boolean;
}

/** A disk on a virtio device of its own. */
export interface PlannedDisk {
  readonly vdev: string;
  readonly path: string;
  readonly readOnly: boolean;
  readonly pciSlot?: PciSlot;
}

export interface PlannedNic {
  readonly devid: number;
  readonly mac: readonly number[];
  readonly linkUp: boolean;
  readonly pciSlot?: PciSlot;
}

/** A folder of the host on a virtio device of its own. */
export type PlannedFolder = MachineFolder;

export interface MachinePlan {
  readonly memoryBytes: number;
  /** What the guest's balloon is asked to leave it from the start. */
  readonly memoryTargetKiB: number;
  readonly videoRamBytes: number;
  readonly acpi: boolean;
  readonly boot: MachineBoot;
  /** As the firmware wants it in CMOS: one nibble per device, first one lowest; 0 = firmware's own choice. */
  readonly bootOrder: number;
  readonly drives: readonly PlannedDrive[];
  readonly disks: readonly PlannedDisk[];
  /** The NE2000 of the board. */
  readonly ne2k?: PlannedNic;
  readonly nics: readonly PlannedNic[];
  readonly folders: readonly PlannedFolder[];
  readonly channels: readonly string[];
  readonly pvConsole: boolean;
  readonly rng: boolean;
  readonly sound: boolean;
}

const MiB = 1024 * 1024;
/** v86 rounds memory up to this; rounding down here never gives a guest more than was asked for. */
const MEMORY_STEP = 128 * 1024;
const MIN_MEMORY = 8 * MiB;
/** Addresses at and above 2 GiB are negative to v86. */
const MEMORY_LIMIT = 2048 * MiB;
const MIN_VIDEO_RAM = 2 * MiB;
const MAX_VIDEO_RAM = 128 * MiB;

/** Most drives of all kinds, and most cards. The PCI slots set a bound for what is plugged in later. */
const MAX_DRIVES = 16;
const MAX_NICS = 8;
const MAX_FOLDERS = 8;

/** Names of the two disks on the board's controller. `hd` and `xvd` are two names of one disk, as on Xen. */
const DISK_SLOTS: Readonly<Record<string, DriveSlot | undefined>> = { a: 'hda', b: 'hdb' };
const DISK_NAME = /^(hd|xvd|sd)([a-z]{1,2})$/;
const FLOPPY_NAME = /^fd[ab]$/;
const FOLDER_TAG = /^[!-~]{1,31}$/;
const CHANNEL_NAME = /^[!-~]{1,63}$/;
/** xl.cfg boot letters as SeaBIOS' CMOS nibbles. */
const BOOT_NIBBLES: ReadonlyMap<string, number> = new Map([
  ['a', 1],
  ['c', 2],
  ['d', 3],
  ['n', 4],
]);

/** Throws MachineError: `memory` outside 8 MiB … below 2 GiB; `failed` for devices this machine does not have. */
export function planMachine(spec: MachineSpec): MachinePlan {
  return {
    memoryBytes: planMemory(spec.memoryKiB),
    memoryTargetKiB: spec.memoryTargetKiB ?? spec.memoryKiB,
    videoRamBytes: planVideoRam(spec.videoRamKiB),
    acpi: spec.acpi,
    boot: spec.boot,
    bootOrder: spec.boot.kind === 'firmware' ? planBootOrder(spec.boot.order) : 0,
    ...planDrives(spec.disks),
    ...planNics(spec.nics),
    folders: planFolders(spec.folders ?? []),
    channels: planChannels(spec.channels ?? [], spec.pvConsole === true),
    pvConsole: spec.pvConsole ?? false,
    rng: spec.rng ?? false,
    sound: spec.sound ?? false,
  };
}

function planMemory(memoryKiB: number): number {
  const bytes = Math.floor((memoryKiB * 1024) / MEMORY_STEP) * MEMORY_STEP;
  if (bytes >= MIN_MEMORY && bytes < MEMORY_LIMIT) return bytes;
  throw new MachineError(
    'memory',
    `This machine can have 8 MiB to just below 2048 MiB of memory, not ${Math.floor(memoryKiB / 1024)} MiB.`,
  );
}

/** VGA memory is a power of two; text mode needs some even when no adapter was asked for. */
function planVideoRam(videoRamKiB: number): number {
  let bytes = MIN_VIDEO_RAM;
  while (bytes < videoRamKiB * 1024 && bytes < MAX_VIDEO_RAM) bytes *= 2;
  return bytes;
}

function planBootOrder(order: string): number {
  const nibbles = [...new Set(order)].flatMap((letter) => BOOT_NIBBLES.get(letter) ?? []);
  return nibbles.slice(0, 3).reduce((code, nibble, place) => code | (nibble << (place * 4)), 0);
}

function planDrives(disks: readonly MachineDisk[]): Pick<MachinePlan, 'drives' | 'disks'> {
  if (disks.length > MAX_DRIVES)
    throw refused(`This machine can have ${MAX_DRIVES} disks and drives at most.`);
  const drives: PlannedDrive[] = [];
  const further: PlannedDisk[] = [];
  const names = new Map<string, string>();
  for (const disk of disks) {
    const name = disk.vdev.replace(/^xvd/, 'hd');
    const other = names.get(name);
    if (other !== undefined) throw refused(`${disk.vdev} and ${other} need the same drive.`);
    names.set(name, disk.vdev);
    const slot = boardSlot(disk);
    const taken = drives.some((drive) => drive.slot === slot);
    if (slot && !taken) drives.push(planDrive(disk, slot));
    else if (disk.kind === 'disk') further.push(planDisk(disk));
    else throw refused(`This machine has one CD drive; ${disk.vdev} would be a second one.`);
  }
  return secondNeedsFirst(drives, further);
}

/** The board's second disk works beside the first only; alone it is a virtio disk. */
function secondNeedsFirst(
  drives: readonly PlannedDrive[],
  disks: readonly PlannedDisk[],
): Pick<MachinePlan, 'drives' | 'disks'> {
  const second = drives.find((drive) => drive.slot === 'hdb');
  if (second?.path === undefined || drives.some((drive) => drive.slot === 'hda')) return { drives, disks };
  const { vdev, path, readOnly } = second;
  return { drives: drives.filter((drive) => drive !== second), disks: [{ vdev, path, readOnly }, ...disks] };
}

function boardSlot({ kind, vdev, pciSlot }: MachineDisk): DriveSlot | undefined {
  if (kind === 'cdrom') return 'cdrom';
  if (kind === 'floppy') {
    if (FLOPPY_NAME.test(vdev)) return vdev as DriveSlot;
    throw refused(`This machine has no place for ${vdev}: its floppy drives are fda and fdb.`);
  }
  const letter = DISK_NAME.exec(vdev)?.[2];
  return pciSlot === undefined && letter !== undefined ? DISK_SLOTS[letter] : undefined;
}

function planDrive({ vdev, kind, path, readOnly }: MachineDisk, slot: DriveSlot): PlannedDrive {
  if (kind === 'disk' && path === undefined) throw withoutImage(vdev);
  return { slot, vdev, readOnly: readOnly || kind === 'cdrom', ...(path === undefined ? {} : { path }) };
}

/** A disk as a virtio device. Throws MachineError for what is none, has no usable name or no image. */
export function planDisk({ vdev, kind, path, readOnly, pciSlot }: MachineDisk): PlannedDisk {
  if (kind !== 'disk') throw refused(`${vdev} is no disk: only disks can be plugged in.`);
  if (!DISK_NAME.test(vdev)) {
    throw refused(
      `This machine has no place for ${vdev}: its disks are called xvda, xvdb … (or hda, sda …).`,
    );
  }
  if (path === undefined) throw withoutImage(vdev);
  return { vdev, path, readOnly, ...at(pciSlot) };
}

/** The first NE2000 is the board's; every other card is a virtio device. */
function planNics(nics: readonly MachineNic[]): Pick<MachinePlan, 'ne2k' | 'nics'> {
  if (nics.length > MAX_NICS) throw refused(`This machine can have ${MAX_NICS} network cards at most.`);
  const twice = nics.find(({ devid }, index) => nics.findIndex((other) => other.devid === devid) < index);
  if (twice) throw refused(`There are two network cards with the number ${twice.devid}.`);
  const ne2k = nics.find(({ model, pciSlot }) => model === 'ne2k' && pciSlot === undefined);
  const others = nics.filter((nic) => nic !== ne2k);
  return { nics: others.map(planNic), ...(ne2k ? { ne2k: planNic(ne2k) } : {}) };
}

/** Throws MachineError `failed` for an address that is none. */
export function planNic({ devid, mac, linkUp = true, pciSlot }: MachineNic): PlannedNic {
  if (!/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(mac)) throw refused(`"${mac}" is not a MAC address.`);
  return { devid, mac: mac.split(':').map((hex) => parseInt(hex, 16)), linkUp, ...at(pciSlot) };
}

function planFolders(folders: readonly MachineFolder[]): readonly PlannedFolder[] {
  if (folders.length > MAX_FOLDERS) throw refused(`This machine can share ${MAX_FOLDERS} folders at most.`);
  for (const [index, { tag }] of folders.entries()) {
    if (!FOLDER_TAG.test(tag))
      throw refused('The tag of a shared folder is 1 to 31 printable ASCII characters without spaces.');
    if (folders.findIndex((other) => other.tag === tag) < index)
      throw refused(`There are two shared folders with the tag ${tag}.`);
  }
  return folders;
}

function planChannels(names: readonly string[], pvConsole: boolean): readonly string[] {
  const most = CHANNEL_PORTS - (pvConsole ? 1 : 0);
  if (names.length > most) throw refused(`This machine has at most ${most} channels.`);
  return names.map(planChannel);
}

/** Throws MachineError `failed` for a name no port can have. */
export function planChannel(name: string): string {
  if (isConsolePort(name)) throw refused(`${name} is no channel: the machine has it for itself.`);
  if (CHANNEL_NAME.test(name)) return name;
  throw refused('The name of a channel is 1 to 63 printable ASCII characters without spaces.');
}

const at = (pciSlot: PciSlot | undefined): { pciSlot?: PciSlot } =>
  pciSlot === undefined ? {} : { pciSlot };

function refused(message: string): MachineError {
  return new MachineError('failed', message);
}

function withoutImage(vdev: string): MachineError {
  return new MachineError('disk-unreadable', `The disk ${vdev} has no image.`);
}
