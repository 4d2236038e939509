/**
 * The machine's screen on the worker's side. While somebody watches, what has changed is drawn into memory that the engine
 * reads too, and told: at most 60 times a second, and not again before it was taken. Otherwise it costs nothing.
 */
import { textRows } from '../../display/screen/code-page.ts';
import { scaleDown } from '../../display/screen/scale.ts';
import { type Rect, type ScreenMove, type ScreenUpdate, wholeOf } from '../../display/screen/screen.ts';
import type { MachinePicture, MachineScreen, PictureRequest } from '../machine.ts';
import type { DisplayDevices } from './internals-display.ts';
import { type Look, ScreenEye } from './screen-eye.ts';

const FRAME_MS = 1000 / 60;
/** A look that came late, or early, is made up for by so much at most, so that the pace holds over time. */
const CATCH_UP_MS = FRAME_MS / 3;
/** A guest that has just begun to work may be about to draw: the look waits so long for it to come to rest. */
const SETTLE_MS = 4;
/** A look may take this part of the time at most. */
const LOOK_SHARE = 1 / 4;
/** Half a period of the cursor and of blinking characters (VGA: 16 frames at 60 Hz). */
const BLINK_MS = 266;
/** Nobody has asked for so long: the picture's memory is given back. */
const REST_MS = 10_000;
/** More rectangles than this are told as one. */
const MAX_RECTS = 256;

/** What is to be told with the next update. */
interface Pending {
  move: ScreenMove | null;
  rects: Rect[];
}

export class Screen {
  readonly #devices: DisplayDevices;
  readonly #eye: ScreenEye;
  readonly #tell: (update: ScreenUpdate) => void;
  #watched = false;
  /** An update is on its way and not taken yet. */
  #untaken = false;
  #pending: Pending | null = null;
  #told: Pick<ScreenUpdate, 'absolutePointer' | 'mode'> | null = null;
  #dueMs = 0;
  #busySinceMs: number | null = null;
  #timer: NodeJS.Timeout | undefined;
  #restTimer: NodeJS.Timeout | undefined;

  constructor(devices: DisplayDevices, tell: (update: ScreenUpdate) => void) {
    this.#devices = devices;
    this.#eye = new ScreenEye(devices.vga);
    this.#tell = tell;
  }

  /** The first update after this is the whole screen. */
  watch(on: boolean): void {
    this.#watched = on;
    this.#untaken = false;
    this.#pending = null;
    this.#told = null;
    this.#eye.rest();
    clearTimeout(this.#timer);
    if (on) this.#arm(0);
  }

  /** The last update was taken: there may be another. */
  taken(): void {
    this.#untaken = false;
    if (this.#watched) this.#arm(this.#dueMs - performance.now());
  }

  /** After a slice of the guest; `idle`: it has nothing to do now. */
  tick(nowMs: number, idle: boolean): void {
    if (!this.#watched || this.#untaken) return;
    if (!idle) this.#busySinceMs ??= nowMs;
    const settled = idle || nowMs - (this.#busySinceMs ?? nowMs) >= SETTLE_MS;
    if (idle) this.#busySinceMs = null;
    if (nowMs < this.#dueMs) {
      if (idle) this.#arm(this.#dueMs - nowMs);
    } else if (settled) {
      this.#look(nowMs);
    }
  }

  state(): MachineScreen {
    return { ...this.#eye.shape, absolutePointer: this.#absolute };
  }

  /** The rows of a text mode; null in graphics modes. */
  text(): string[] | null {
    const state = this.#eye.readText();
    return state && textRows(state.cells, state.columns, state.rows);
  }

  /** The screen, at most `maxWidth` wide; without pixels when `known` is its seq. */
  picture({ maxWidth, known }: PictureRequest): MachinePicture {
    const look = this.#glance();
    const { seq } = this.#eye;
    const small = known === seq ? null : scaleDown(look.picture, maxWidth);
    return { ...this.state(), seq, small };
  }

  close(): void {
    this.#watched = false;
    clearTimeout(this.#timer);
    clearTimeout(this.#restTimer);
  }

  get #absolute(): boolean {
    const { vmware } = this.#devices;
    return vmware.enabled && vmware.absolute;
  }

  /** A look for somebody who does not watch; a watcher hears of what it finds. */
  #glance(): Look {
    const look = this.#eye.look(true);
    if (this.#watched) {
      this.#keep(look);
      if (!this.#untaken) this.#arm(0);
    } else {
      clearTimeout(this.#restTimer);
      this.#restTimer = setTimeout(() => this.#watched || this.#eye.rest(), REST_MS).unref();
    }
    return look;
  }

  #look(startMs: number): void {
    const blinkOn = Math.floor(startMs / BLINK_MS) % 2 === 0;
    const look = this.#eye.look(blinkOn);
    this.#keep(look);
    const endMs = performance.now();
    const lateMs = Math.max(-CATCH_UP_MS, Math.min(CATCH_UP_MS, startMs - this.#dueMs));
    this.#dueMs = startMs + Math.max(FRAME_MS - lateMs, (endMs - startMs) / LOOK_SHARE);
    const { mode, picture } = look;
    const absolutePointer = this.#absolute;
    const news = this.#pending !== null || this.#told?.absolutePointer !== absolutePointer;
    if (!news) {
      if (this.#eye.blinks) this.#arm(BLINK_MS - (endMs % BLINK_MS) + 1);
      return;
    }
    const { move, rects } = this.#pending ?? { move: null, rects: [] };
    this.#pending = null;
    this.#told = { mode, absolutePointer };
    this.#untaken = true;
    this.#tell({ mode, picture, move, rects, absolutePointer });
  }

  #keep({ fresh, move, rects, picture }: Look): void {
    if (fresh) {
      this.#pending = { move: null, rects: [wholeOf(picture)] };
      return;
    }
    if (!move && rects.length === 0) return;
    if (!this.#pending) {
      this.#pending = { move, rects: [...rects] };
      return;
    }
    const pending = this.#pending;
    pending.rects.push(...(move ? [move.rect] : []), ...rects);
    if (pending.rects.length > MAX_RECTS) pending.rects = [wholeOf(picture)];
  }

  #arm(delayMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => {
        if (this.#watched && !this.#untaken) this.#look(performance.now());
      },
      Math.max(0, delayMs),
    );
  }
}
