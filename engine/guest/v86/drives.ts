/** The drives of one machine: opened from the plan, wired to v86's controllers, counted, closed together. */
import { MachineError, type MachineVbdCounters } from '../machine.ts';
import { FileDisk } from './block.ts';
import type { Cpu, FloppyDrive, IdeDrive } from './internals.ts';
import type { DriveSlot, PlannedDrive } from './plan.ts';

const STATUS_READY = 0x50;
const STATUS_ERROR = 0x01;
const ERROR_ABORTED = 0x04;
const ERROR_UNCORRECTABLE = 0x40;
const SENSE_MEDIUM_ERROR = 3;
const UNRECOVERED_READ_ERROR = 0x11;
const DMA_ACTIVE = 1;

/** A drive whose medium can be changed. */
interface Tray {
  readonly slot: DriveSlot;
  insert(disk: FileDisk): void;
  eject(): void;
}

export class Drives {
  readonly #disks = new Map<DriveSlot, FileDisk>();
  readonly #trays = new Map<string, Tray>();
  readonly #planned: readonly PlannedDrive[];
  readonly #log: (text: string) => void;

  /** Opens every image. Throws MachineError `disk-unreadable`; nothing stays open then. */
  constructor(drives: readonly PlannedDrive[], log: (text: string) => void) {
    this.#planned = drives;
    this.#log = log;
    try {
      for (const drive of drives) {
        if (drive.path === undefined) continue;
        this.#disks.set(drive.slot, new FileDisk({ ...drive, path: drive.path }, log));
      }
    } catch (error) {
      for (const disk of this.#disks.values()) void disk.close();
      throw error;
    }
  }

  /** As v86 takes them. */
  get backends(): Partial<Record<DriveSlot, FileDisk>> {
    return Object.fromEntries(this.#disks);
  }

  get counters(): MachineVbdCounters[] {
    return [...this.#disks.values()].map((disk) => disk.counters);
  }

  /** Lets drives tell the guest of failures. Throws MachineError `disk-unreadable` for a floppy of no known size. */
  attach(cpu: Cpu): void {
    const { ide, fdc } = cpu.devices;
    this.#attachIde('hda', ide.primary?.master);
    this.#attachIde('hdb', ide.primary?.slave);
    this.#attachIde('cdrom', ide.secondary.master);
    this.#attachFloppy('fda', fdc.drives[0]);
    this.#attachFloppy('fdb', fdc.drives[1]);
    for (const { slot, vdev } of this.#planned) {
      const floppy = slot === 'fda' ? fdc.drives[0] : slot === 'fdb' ? fdc.drives[1] : undefined;
      if (slot === 'cdrom') this.#trays.set(vdev, this.#cdTray(ide.secondary.master));
      else if (floppy) this.#trays.set(vdev, this.#floppyTray(slot, floppy));
    }
  }

  has(vdev: string): boolean {
    return this.#planned.some((drive) => drive.vdev === vdev);
  }

  /** Changes the medium; null takes it out. Throws MachineError `failed` for what is no such drive, `disk-unreadable`. */
  async insert(vdev: string, path: string | null): Promise<void> {
    const tray = this.#trays.get(vdev);
    const planned = this.#planned.find((drive) => drive.vdev === vdev);
    if (!tray || !planned)
      throw new MachineError('failed', `${vdev} is no drive whose medium can be changed.`);
    const next = path === null ? null : new FileDisk({ ...planned, path }, this.#log);
    const before = this.#disks.get(tray.slot);
    tray.eject();
    this.#disks.delete(tray.slot);
    await before?.close();
    if (!next) return;
    this.#disks.set(tray.slot, next);
    try {
      tray.insert(next);
    } catch (error) {
      this.#disks.delete(tray.slot);
      await next.close();
      throw error;
    }
  }

  #cdTray(drive: IdeDrive): Tray {
    return {
      slot: 'cdrom',
      insert: (disk) => {
        drive.set_cdrom(disk);
        this.#attachIde('cdrom', drive);
      },
      eject: () => drive.eject(),
    };
  }

  #floppyTray(slot: DriveSlot, drive: FloppyDrive): Tray {
    return {
      slot,
      insert: (disk) => {
        drive.insert_disk(disk);
        this.#attachFloppy(slot, drive);
      },
      eject: () => drive.eject_disk(),
    };
  }

  /** Resolves when no drive has anything under way. The guest must stand still. */
  async settled(): Promise<void> {
    await Promise.all([...this.#disks.values()].map((disk) => disk.settled()));
  }

  async close(): Promise<void> {
    await Promise.all([...this.#disks.values()].map((disk) => disk.close()));
  }

  #attachIde(slot: DriveSlot, drive: IdeDrive | undefined): void {
    const disk = this.#disks.get(slot);
    if (!disk || !drive) return;
    disk.onFailure = (operation) =>
      failCommand(drive, operation === 'read' ? ERROR_UNCORRECTABLE : ERROR_ABORTED);
  }

  /** v86 loads an image of an odd size into a copy in memory, where writes would be lost: such an image is refused. */
  #attachFloppy(slot: DriveSlot, drive: FloppyDrive): void {
    const disk = this.#disks.get(slot);
    if (!disk) return;
    if (drive.buffer !== disk) {
      throw new MachineError(
        'disk-unreadable',
        `The image of ${disk.vdev} has not the size of a floppy disk.`,
      );
    }
    drive.read_only = disk.readOnly;
  }
}

/** Ends the drive's current command with an error, as a real drive would. */
function failCommand(drive: IdeDrive, error: number): void {
  drive.in_progress_io_ids.clear();
  drive.channel.dma_status &= ~DMA_ACTIVE;
  if (drive.is_atapi) {
    drive.atapi_check_condition_response(SENSE_MEDIUM_ERROR, UNRECOVERED_READ_ERROR);
  } else {
    drive.error_reg = error;
    drive.status_reg = STATUS_READY | STATUS_ERROR;
    drive.current_command = -1;
  }
  drive.push_irq();
}
