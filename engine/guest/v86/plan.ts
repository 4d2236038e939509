/**
 * From a machine spec to what v86 will be built with, or a refusal. Pure; runs in the engine, so that a spec this
 * kind of machine cannot do costs no worker.
 */
import {
  MachineError,
  type MachineBoot,
  type MachineDisk,
  type MachineNic,
  type MachineSpec,
} from '../machine.ts';

/** The drives of v86's own controllers. */
export type DriveSlot = 'hda' | 'hdb' | 'cdrom' | 'fda' | 'fdb';

export interface PlannedDrive {
  readonly slot: DriveSlot;
  readonly vdev: string;
  /** Absent = empty drive. */
  readonly path?: string;
  readonly readOnly: boolean;
}

export interface PlannedNic {
  readonly devid: number;
  readonly mac: readonly number[];
  readonly model: MachineNic['model'];
}

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
  readonly nic?: PlannedNic;
}

const MiB = 1024 * 1024;
/** v86 rounds memory up to this; rounding down here never gives a guest more than was asked for. */
const MEMORY_STEP = 128 * 1024;
const MIN_MEMORY = 8 * MiB;
/** Addresses at and above 2 GiB are negative to v86. */
const MEMORY_LIMIT = 2048 * MiB;
const MIN_VIDEO_RAM = 2 * MiB;
const MAX_VIDEO_RAM = 128 * MiB;

const DISK_SLOTS: ReadonlyMap<string, DriveSlot> = new Map([
  ['hda', 'hda'],
  ['xvda', 'hda'],
  ['sda', 'hda'],
  ['hdb', 'hdb'],
  ['xvdb', 'hdb'],
  ['sdb', 'hdb'],
]);
const FLOPPY_SLOTS: ReadonlyMap<string, DriveSlot> = new Map([
  ['fda', 'fda'],
  ['fdb', 'fdb'],
]);
/** xl.cfg boot letters as SeaBIOS' CMOS nibbles. */
const BOOT_NIBBLES: ReadonlyMap<string, number> = new Map([
  ['a', 1],
  ['c', 2],
  ['d', 3],
  ['n', 4],
]);

/** Throws MachineError: `memory` outside 8 MiB … below 2 GiB; `failed` for devices this machine does not have. */
export function planMachine(spec: MachineSpec): MachinePlan {
  const nic = planNic(spec.nics);
  return {
    memoryBytes: planMemory(spec.memoryKiB),
    memoryTargetKiB: spec.memoryTargetKiB ?? spec.memoryKiB,
    videoRamBytes: planVideoRam(spec.videoRamKiB),
    acpi: spec.acpi,
    boot: spec.boot,
    bootOrder: spec.boot.kind === 'firmware' ? planBootOrder(spec.boot.order) : 0,
    drives: planDrives(spec.disks),
    ...(nic ? { nic } : {}),
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

function planDrives(disks: readonly MachineDisk[]): PlannedDrive[] {
  const drives: PlannedDrive[] = [];
  for (const disk of disks) {
    const drive = planDrive(disk);
    const other = drives.find((one) => one.slot === drive.slot);
    if (other) throw new MachineError('failed', `${disk.vdev} and ${other.vdev} need the same drive.`);
    drives.push(drive);
  }
  const hdb = drives.find((drive) => drive.slot === 'hdb');
  if (hdb && !drives.some((drive) => drive.slot === 'hda')) {
    throw new MachineError(
      'failed',
      `${hdb.vdev} is a second disk; this machine needs a first one (xvda) too.`,
    );
  }
  return drives;
}

function planDrive(disk: MachineDisk): PlannedDrive {
  const slot = slotOf(disk);
  if (!slot) {
    throw new MachineError(
      'failed',
      `This machine has no place for ${disk.vdev}: it takes the disks xvda and xvdb (or hda and hdb), one CD and the floppies fda and fdb.`,
    );
  }
  if (disk.kind === 'disk' && disk.path === undefined) {
    throw new MachineError('disk-unreadable', `The disk ${disk.vdev} has no image.`);
  }
  const readOnly = disk.readOnly || disk.kind === 'cdrom';
  return { slot, vdev: disk.vdev, readOnly, ...(disk.path === undefined ? {} : { path: disk.path }) };
}

function slotOf(disk: MachineDisk): DriveSlot | undefined {
  if (disk.kind === 'cdrom') return 'cdrom';
  return (disk.kind === 'floppy' ? FLOPPY_SLOTS : DISK_SLOTS).get(disk.vdev);
}

function planNic(nics: readonly MachineNic[]): PlannedNic | undefined {
  const [nic, second] = nics;
  if (second) throw new MachineError('failed', 'This machine has room for one network card only.');
  if (!nic) return undefined;
  if (!/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(nic.mac)) {
    throw new MachineError('failed', `"${nic.mac}" is not a MAC address.`);
  }
  return { devid: nic.devid, mac: nic.mac.split(':').map((hex) => parseInt(hex, 16)), model: nic.model };
}
