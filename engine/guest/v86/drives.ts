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

export class Drives {
  readonly #disks = new Map<DriveSlot, FileDisk>();

  /** Opens every image. Throws MachineError `disk-unreadable`; nothing stays open then. */
  constructor(drives: readonly PlannedDrive[], log: (text: string) => void) {
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
