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
  MachinePointer,
  MachineScreen,
  PictureRequest,
} from '../machine.ts';
import type { MachinePlan } from './plan.ts';
import type { PageAnswer, StatePages } from './state.ts';

/** Bytes of serial input that may wait inside a machine, per port. */
export const SERIAL_INPUT_LIMIT = 64 * 1024;
/** Unacknowledged bytes of serial output, all ports together, beyond which the guest stands still. */
export const SERIAL_OUTPUT_WINDOW = 256 * 1024;
/** Bytes of frames (as packed) under way in one direction and not yet acknowledged; more are dropped and counted. */
export const FRAME_WINDOW = 512 * 1024;
/** Most guest memory in one answer. */
export const MEMORY_READ_LIMIT = 4 * 1024 * 1024;
export const SERIAL_PORTS = 4;
/** The guest's XenStore stream travels like a fifth serial port. */
export const XENSTORE_PORT = SERIAL_PORTS;

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
  | { readonly op: 'serial-ack'; readonly bytes: number }
  | { readonly op: 'frames'; readonly batch: Uint8Array }
  | { readonly op: 'frames-ack'; readonly bytes: number }
  | { readonly op: 'screen-watch'; readonly on: boolean }
  | { readonly op: 'screen-taken' }
  | { readonly op: 'key'; readonly key: number; readonly down: boolean }
  | { readonly op: 'pointer'; readonly pointer: MachinePointer };

export type FromWorker =
  /** The machine stands before its first instruction. */
  | { readonly op: 'loaded' }
  /** It cannot be built; the worker ends by itself. */
  | { readonly op: 'refused'; readonly refusal: Refusal }
  | { readonly op: 'reply'; readonly id: number; readonly result?: unknown; readonly refusal?: Refusal }
  | { readonly op: 'serial'; readonly port: number; readonly bytes: Uint8Array }
  /** So many bytes of input have reached the UART. */
  | { readonly op: 'serial-fed'; readonly port: number; readonly bytes: number }
  /** The guest has opened or closed its XenStore port: the stream begins anew. */
  | { readonly op: 'xenstore-restart' }
  | { readonly op: 'frames'; readonly batch: Uint8Array }
  | { readonly op: 'frames-ack'; readonly bytes: number }
  /** Not another one before `screen-taken`. The picture's memory is shared. */
  | { readonly op: 'screen'; readonly update: ScreenUpdate }
  | { readonly op: 'exit'; readonly exit: MachineExit }
  | { readonly op: 'log'; readonly level: LogLevel; readonly text: string };

export type LogLevel = 'info' | 'warn' | 'error';
