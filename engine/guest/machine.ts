/**
 * Machine: how a domain executes. One interface, several kinds (`v86` in a worker thread; `qemu` as a child
 * process later). The toolstack creates a machine from a plain, structured-cloneable spec and drives it only
 * through this interface; nothing above this file knows which kind runs.
 */
import type { MachineDisplay } from './machine-display.ts';
import type { MachineSound } from './machine-sound.ts';

export type {
  MachineScreen,
  PictureRequest,
  MachinePicture,
  MachinePointer,
  MachineDisplay,
} from './machine-display.ts';
export type { MachineSound, SoundChunk } from './machine-sound.ts';

/** What the guest is started from. Paths are absolute and were checked by the caller. */
export type MachineBoot =
  | {
      readonly kind: 'direct';
      readonly kernelPath: string;
      readonly ramdiskPath?: string;
      readonly cmdline: string;
    }
  | {
      readonly kind: 'firmware';
      /** Boot order in xl.cfg letters: c disk, d cdrom, a floppy, n network. Tried left to right. */
      readonly order: string;
    };

/**
 * Where a device of the machine's own sits on the PCI bus (1..31), as `MachinePlug` told it. Absent: the machine chooses.
 * Given when a saved guest is restored: its drivers expect each device where it was. A folder without one is plugged in anew.
 */
export type PciSlot = number;

/** A block device as the machine sees it. `vdev` is its Xen name (hda, hdc, xvda, fda …). */
export interface MachineDisk {
  readonly vdev: string;
  readonly kind: 'disk' | 'cdrom' | 'floppy';
  /** Absolute path of a raw image; absent = empty drive (cdrom and floppy only). */
  readonly path?: string;
  readonly readOnly: boolean;
  readonly pciSlot?: PciSlot;
}

/** A network card. Frames travel through `Machine.onFrame` / `Machine.sendFrame`; `devid` is the vif number. */
export interface MachineNic {
  readonly devid: number;
  /** Lower-case, colon separated. */
  readonly mac: string;
  readonly model: 'virtio' | 'ne2k';
  /** False: the cable is out from the start (see `Machine.setLink`). */
  readonly linkUp?: boolean;
  readonly pciSlot?: PciSlot;
}

/** A folder of the host that the guest mounts: `mount -t 9p -o trans=virtio,version=9p2000.L TAG DIR`. */
export interface MachineFolder {
  /** Printable ASCII without spaces, at most 31 characters; unique in the machine. */
  readonly tag: string;
  /** Absolute path of a folder, checked by the caller. The guest never gets out of it. */
  readonly path: string;
  readonly readOnly: boolean;
  readonly pciSlot?: PciSlot;
}

export interface MachineSpec {
  readonly name: string;
  readonly uuid: string;
  readonly memoryKiB: number;
  /** Less than `memoryKiB`: the guest's balloon is asked to leave it no more than this from the start. */
  readonly memoryTargetKiB?: number;
  readonly boot: MachineBoot;
  readonly disks: readonly MachineDisk[];
  readonly nics: readonly MachineNic[];
  /** A terminal on the guest's virtio console: its `/dev/hvc0`, beside the serial ports. */
  readonly pvConsole?: boolean;
  /**
   * Names of further ports of the guest's virtio console (`/dev/virtio-ports/NAME` where udev runs); 1..63 printable ASCII
   * characters, at most 7 of them, 6 beside a `pvConsole`.
   */
  readonly channels?: readonly string[];
  readonly folders?: readonly MachineFolder[];
  /** A virtio random number generator, fed by the host's. */
  readonly rng?: boolean;
  /** A Sound Blaster 16 (ports 0x220, IRQ 5, DMA 1 and 5). */
  readonly sound?: boolean;
  /** Video memory in KiB; 0 = no graphical adapter is asked for (text mode still exists). */
  readonly videoRamKiB: number;
  readonly acpi: boolean;
}

/** Cumulative since start; all counters only grow while the machine lives. */
export interface MachineCounters {
  /** CPU time the vCPU has used, in nanoseconds (sum of its slices, not wall time). */
  readonly cpuTimeNs: number;
  /** Guest RAM now given to the guest (after ballooning). */
  readonly memoryKiB: number;
  /** True when the vCPU was executing at the moment of the question, false when it was halted (blocked). */
  readonly running: boolean;
  readonly vbds: readonly MachineVbdCounters[];
  readonly vifs: readonly MachineVifCounters[];
}

export interface MachineVbdCounters {
  readonly vdev: string;
  readonly readOps: number;
  readonly writeOps: number;
  readonly readBytes: number;
  readonly writeBytes: number;
}

/** Directions are the guest's: tx left the guest, rx reached it. */
export interface MachineVifCounters {
  readonly devid: number;
  readonly rxBytes: number;
  readonly txBytes: number;
  readonly rxPackets: number;
  readonly txPackets: number;
  readonly rxDrops: number;
  readonly txDrops: number;
}

/**
 * Why a machine stopped by itself. `crash` covers triple faults, a kernel panic heard through the machine and
 * a worker that died; `detail` is one sentence for the log and the person.
 */
export interface MachineExit {
  readonly reason: 'poweroff' | 'reboot' | 'crash';
  readonly detail: string;
}

/** Where a guest finds a hot-plugged device. */
export interface MachinePlug {
  /** As Linux names it: `0000:00:05.0`. */
  readonly pci: string;
  readonly slot: PciSlot;
}

/** How much of one physical CPU the vCPU may use. */
export interface MachineShare {
  /** 1..100; 100 = no limit. Enforced by a token bucket inside the machine, granularity about 1 ms. */
  readonly capPercent: number;
}

export const MACHINE_PAGE_BYTES = 4096;

/**
 * A piece of a stopped machine's state. Pages of zeros are left out. The `devices` pieces, joined, are one block that only
 * the same kind of machine understands; they come after the pages.
 */
export type MachineStatePart =
  | {
      readonly kind: 'pages';
      /** Page frame numbers, ascending over the whole state. */
      readonly numbers: Uint32Array;
      /** `MACHINE_PAGE_BYTES` for each number; at most 1 MiB. */
      readonly bytes: Uint8Array;
    }
  /** At most 1 MiB. */
  | { readonly kind: 'devices'; readonly bytes: Uint8Array };

export type Unsubscribe = () => void;

/**
 * The guest's end of its XenStore connection, whatever carries it. Flow control as on serial ports: `send` returns how
 * much was taken, the rest may follow after `onDrain`; output counts as acknowledged when the listener's promise resolves.
 */
export interface MachineXenStore {
  send(bytes: Uint8Array): number;
  onDrain(listener: () => void): Unsubscribe;
  onData(listener: (bytes: Uint8Array) => void | Promise<void>): Unsubscribe;
  /** The guest opened or closed its end: half a message of before is worth nothing. */
  onRestart(listener: () => void): Unsubscribe;
}

/** A channel: a named byte stream to a program in the guest. Bytes sent while nobody has it open wait, as flow control allows. */
export interface MachineChannel extends MachineXenStore {
  readonly name: string;
  /** A program of the guest has it open now; `onRestart` tells of changes. */
  readonly open: boolean;
}

/**
 * Legal order: created (loaded, not running) → start → pause/unpause any number of times → exit or destroy.
 * Every method but `destroy` (and `readMemory`) rejects with `MachineError` after an exit or destroy. `destroy` is always legal and
 * idempotent, and never rejects.
 */
export interface Machine {
  readonly kind: 'v86';
  /** Begin to execute. Rejects when already started. */
  start(): Promise<void>;
  /** Freeze exactly: when it resolves no further guest instruction runs. Legal before start (stays frozen at start). */
  pause(): Promise<void>;
  unpause(): Promise<void>;
  /** Press the ACPI power button. Resolves when pressed; the guest may take its time or ignore it. */
  powerButton(): Promise<void>;
  setShare(share: MachineShare): Promise<void>;
  counters(): Promise<MachineCounters>;
  /** Absent: this machine has no such line. */
  readonly xenStore?: MachineXenStore;
  /** Absent: nobody can look at this machine. */
  readonly display?: MachineDisplay;
  /** Absent: this machine has no sound card. */
  readonly sound?: MachineSound;
  /**
   * Plugs a further disk into the running (or paused) machine; the guest sees it after a rescan of its PCI bus. Rejects with
   * `disk-unreadable` or, when there is no free slot, `failed`. Absent: this machine has no hot-plug.
   */
  attachDisk?(disk: MachineDisk): Promise<MachinePlug>;
  /** Takes the disk's hardware away, whether the guest has let go of it or not. Only for what was plugged in or is virtio. */
  detachDisk?(vdev: string): Promise<void>;
  /** Changes the medium of a CD or floppy drive; null takes it out. */
  insertMedium?(vdev: string, path: string | null): Promise<void>;
  attachNic?(nic: MachineNic): Promise<MachinePlug>;
  detachNic?(devid: number): Promise<void>;
  /** The cable of a card: down takes the guest's carrier away and drops its frames. */
  setLink?(devid: number, up: boolean): Promise<void>;
  /** Shares a folder with the running guest, which sees it after a rescan. Rejects with `failed` when it is no folder. */
  attachFolder?(folder: MachineFolder): Promise<MachinePlug>;
  detachFolder?(tag: string): Promise<void>;
  /** Adds a port to the guest's console device; the guest sees it at once, without a rescan. */
  attachChannel?(name: string): Promise<void>;
  /** Takes it away; its `MachineChannel` is dead then. */
  detachChannel?(name: string): Promise<void>;
  channel?(name: string): MachineChannel | undefined;
  /** The guest's `/dev/hvc0`; absent when the machine has none. */
  readonly pvConsole?: MachineXenStore | undefined;
  /** Where the guest finds a device that can be plugged; null for one on a controller of the board, and for none. */
  plugOf?(device: { vdev: string } | { devid: number } | { tag: string }): MachinePlug | null;
  /**
   * Asks the guest's balloon to bring its memory to `targetKiB`; it takes its time, may refuse, and is never asked to go
   * below what it needs (16 MiB at least). What it has then is in `counters`. Absent: this machine cannot balloon.
   */
  setMemoryTarget?(targetKiB: number): Promise<void>;
  /** How much memory `readMemory` reaches: all the machine was made with. */
  readonly memoryBytes?: number;
  /** A copy of guest memory, at most 4 MiB. Legal while running, and also after an exit until `destroy`. */
  readMemory?(offset: number, length: number): Promise<Uint8Array>;
  /**
   * The state of the paused machine, piece by piece as it is asked for; it must stay paused meanwhile. Disk operations under
   * way are finished first. What is in the images is not part of it. Absent: this machine cannot be saved.
   */
  save?(): AsyncIterable<MachineStatePart>;
  /**
   * Bytes to the guest's serial port n (0 = ttyS0). Queued inside the machine up to 64 KiB and fed at the UART's
   * pace; returns how many bytes were taken (the caller keeps the rest and tries again after `onSerialDrain`).
   */
  sendSerial(port: number, bytes: Uint8Array): number;
  onSerialDrain(listener: (port: number) => void): Unsubscribe;
  /**
   * Output of serial ports in batches of at most 16 KiB. The machine stops its guest while more than 256 KiB are
   * unacknowledged; a batch counts as acknowledged when the listener's promise resolves (or it returns void).
   */
  onSerial(listener: (port: number, bytes: Uint8Array) => void | Promise<void>): Unsubscribe;
  /** An Ethernet frame left the guest. At most 1,600 bytes; excess and bursts beyond the queue are counted drops. */
  onFrame(listener: (devid: number, frame: Uint8Array) => void): Unsubscribe;
  /** An Ethernet frame for the guest; dropped and counted when the guest has no room. Never throws. */
  sendFrame(devid: number, frame: Uint8Array): void;
  /** Exactly once when the machine stops by itself; never after `destroy`. */
  onExit(listener: (exit: MachineExit) => void): Unsubscribe;
  /** Force off: the guest is gone, files closed, worker ended when it resolves. */
  destroy(): Promise<void>;
}

/** What creating or driving a machine may fail with. `code` is stable; `message` is a sentence for a person. */
export class MachineError extends Error {
  readonly code:
    | 'kernel-unreadable'
    | 'not-a-kernel'
    | 'ramdisk-unreadable'
    | 'disk-unreadable'
    | 'memory'
    | 'gone'
    | 'state'
    | 'failed';
  constructor(code: MachineError['code'], message: string) {
    super(message);
    this.name = 'MachineError';
    this.code = code;
  }
}

export interface MachineCreateOptions {
  readonly restore?: AsyncIterable<MachineStatePart>;
}

/** Creates machines of one kind; holds what they share (the compiled WASM module, firmware images). */
export interface MachineFactory {
  readonly kind: 'v86';
  /**
   * Loads everything and stands before the first instruction. Rejects with `MachineError`; leaves nothing behind then.
   * `restore`: the state of a machine of the same spec (paths aside), which goes on from there when it is started; kernel and
   * ramdisk are not read then. An error of the stream itself comes back as it is.
   */
  create(spec: MachineSpec, options?: MachineCreateOptions): Promise<Machine>;
  dispose(): Promise<void>;
}
