/**
 * What the engine's side and the worker's side of one machine say to each other. Everything is structured-cloneable.
 * Streams (serial, frames) carry their own flow control; everything else is a call with one reply.
 */
import type { ScreenUpdate } from '../../display/screen/screen.ts';
import type {
  MachineCounters,
  MachineError,
  MachineExit,
  MachinePicture,
  MachinePlug,
  MachinePointer,
  MachineScreen,
  PictureRequest,
} from '../machine.ts';
import type { SoundChunk } from '../machine-sound.ts';
import type { MachinePlan, PlannedDisk, PlannedNic } from './plan.ts';
import type { PageAnswer, StatePages } from './state.ts';

export * from './protocol-limits.ts';

/** How a worker starts: its `workerData`. */
export interface WorkerBirth {
  readonly wasm: WebAssembly.Module;
  readonly bios: Uint8Array;
  readonly vgaBios: Uint8Array;
  readonly plan: MachinePlan;
  /** Build it without what it boots from: it gets a saved state before it starts. */
  readonly restore?: boolean;
}

export interface V86Counters extends MachineCounters {
  /** Guest instructions executed, modulo 2^32 (wraps after some ten seconds of work: use differences `>>> 0`). */
  readonly instructionsLow32: number;
}

/** A device on the bus: `disk xvdb`, `nic 1`, `folder home`. */
export type PlugName = `disk ${string}` | `nic ${number}` | `folder ${string}`;

/** Calls and their results. */
export interface Calls {
  start: { argument: undefined; result: void };
  pause: { argument: undefined; result: void };
  unpause: { argument: undefined; result: void };
  powerButton: { argument: undefined; result: void };
  /** `argument` is the cap in percent of one CPU, above 0, at most 100. */
  setCap: { argument: number; result: void };
  counters: { argument: undefined; result: V86Counters };
  /** `argument` in KiB. */
  setMemoryTarget: { argument: number; result: void };
  /** A copy of guest memory, at most `MEMORY_READ_LIMIT` bytes. */
  readMemory: { argument: { offset: number; length: number }; result: Uint8Array };
  /** When no disk operation is under way: everything but memory. The machine must be paused. */
  saveDevices: { argument: undefined; result: Uint8Array };
  /** The pages from that one on which are not zero, at most 1 MiB. The machine must be paused. */
  readPages: { argument: number; result: PageAnswer };
  /** Only before the start of a machine that was born to be restored; memory is zero before the first. */
  writePages: { argument: StatePages; result: void };
  restoreDevices: { argument: Uint8Array; result: void };
  attachDisk: { argument: PlannedDisk; result: MachinePlug };
  detachDisk: { argument: string; result: void };
  insertMedium: { argument: { vdev: string; path: string | null }; result: void };
  attachNic: { argument: PlannedNic; result: MachinePlug };
  detachNic: { argument: number; result: void };
  setLink: { argument: { devid: number; up: boolean }; result: void };
  /** What else there is to know comes as `channel` before the reply. */
  attachChannel: { argument: string; result: void };
  detachChannel: { argument: string; result: void };
  screen: { argument: undefined; result: MachineScreen };
  screenText: { argument: undefined; result: string[] | null };
  screenPicture: { argument: PictureRequest; result: MachinePicture };
  /** Finish writes under way, close files, end the worker. No reply: the worker's end is the answer. */
  shutdown: { argument: undefined; result: void };
}
export type CallName = keyof Calls;

/** A refusal or failure as it crosses the thread boundary. */
export interface Refusal {
  readonly code: MachineError['code'];
  readonly message: string;
}

export type ToWorker =
  | { readonly op: 'call'; readonly id: number; readonly name: CallName; readonly argument: unknown }
  | { readonly op: 'serial'; readonly port: number; readonly bytes: Uint8Array }
  | { readonly op: 'serial-ack'; readonly port: number; readonly bytes: number }
  | { readonly op: 'frames'; readonly devid: number; readonly batch: Uint8Array }
  | { readonly op: 'frames-ack'; readonly devid: number; readonly bytes: number }
  | { readonly op: 'screen-watch'; readonly on: boolean }
  | { readonly op: 'screen-taken' }
  /** `taken`: one chunk more may come. */
  | { readonly op: 'sound'; readonly say: 'listen' | 'silence' | 'taken' }
  | { readonly op: 'key'; readonly key: number; readonly down: boolean }
  | { readonly op: 'pointer'; readonly pointer: MachinePointer };

export type FromWorker =
  /** The machine stands before its first instruction. */
  | { readonly op: 'loaded' }
  /** Where the guest finds a device that was plugged in; comes before `loaded` or the reply. */
  | { readonly op: 'plugged'; readonly device: PlugName; readonly plug: MachinePlug }
  /** It cannot be built; the worker ends by itself. */
  | { readonly op: 'refused'; readonly refusal: Refusal }
  | { readonly op: 'reply'; readonly id: number; readonly result?: unknown; readonly refusal?: Refusal }
  | { readonly op: 'serial'; readonly port: number; readonly bytes: Uint8Array }
  /** So many bytes of input have reached the UART. */
  | { readonly op: 'serial-fed'; readonly port: number; readonly bytes: number }
  /** The channel of that name has this port now. */
  | { readonly op: 'channel'; readonly name: string; readonly port: number }
  /** The guest has opened or closed a port of its console device: the stream begins anew. */
  | { readonly op: 'port-open'; readonly port: number; readonly open: boolean }
  | { readonly op: 'frames'; readonly devid: number; readonly batch: Uint8Array }
  | { readonly op: 'frames-ack'; readonly devid: number; readonly bytes: number }
  /** Not another one before `screen-taken`. The picture's memory is shared. */
  | { readonly op: 'screen'; readonly update: ScreenUpdate }
  /** At most 16 that were not said to be taken. */
  | { readonly op: 'sound'; readonly chunk: SoundChunk }
  | { readonly op: 'exit'; readonly exit: MachineExit }
  | { readonly op: 'log'; readonly level: LogLevel; readonly text: string };

export type LogLevel = 'info' | 'warn' | 'error';
