/** A machine's graphical adapter, keyboard and pointer (see machine.ts). */
import type { SmallPicture } from '../display/screen/scale.ts';
import type { ScreenSize, ScreenUpdate } from '../display/screen/screen.ts';

/** Takes a listener off. */
type Unsubscribe = () => void;

export interface MachineScreen extends ScreenSize {
  readonly mode: 'text' | 'graphics';
  /** The guest reads where the pointer is, not how far it went. */
  readonly absolutePointer: boolean;
}

export interface PictureRequest {
  readonly maxWidth: number;
  /** The `seq` of the picture the caller has; 0 for none. */
  readonly known: number;
}

export interface MachinePicture extends MachineScreen {
  /** Changes whenever the picture does, blinking left out; never 0. */
  readonly seq: number;
  /** null: the caller has it already. */
  readonly small: SmallPicture | null;
}

/** Where a pointing device is, how far it went since the last time, and what is pressed. */
export interface MachinePointer {
  /** Pixels of the screen. */
  readonly x: number;
  readonly y: number;
  /** Pixels, right and down. */
  readonly dx: number;
  readonly dy: number;
  readonly left: boolean;
  readonly middle: boolean;
  readonly right: boolean;
  /** Notches of the wheel, down is positive. */
  readonly wheel: number;
}

/** The machine's graphical adapter, keyboard and pointer. Legal also while it is paused; silent after its end. */
export interface MachineDisplay {
  screen(): Promise<MachineScreen>;
  /**
   * Hears what the screen shows and how that changes, beginning with all of it, at most 60 times a second. There is no
   * further update before the listener's promise has resolved. One listener at a time; without one the screen costs nothing.
   */
  watch(listener: (update: ScreenUpdate) => void | Promise<void>): Unsubscribe;
  /** The rows of a text mode; null in graphics modes. */
  text(): Promise<string[] | null>;
  picture(request: PictureRequest): Promise<MachinePicture>;
  /** A key in XT numbers (scan code set 1; bit 7 stands for the prefix E0). Dropped when the guest does not read them. */
  sendKey(key: number, down: boolean): void;
  sendPointer(pointer: MachinePointer): void;
}
