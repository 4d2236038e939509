import { DomusError } from '../../api/index.ts';
import { RfbSession } from '../../display/rfb/session.ts';
import { type Picture, wholeOf } from '../../display/screen/screen.ts';
import type { Machine, MachineDisplay } from '../../guest/machine.ts';
import type { ByteStream } from '../operation.ts';

/** What an off domain's screen shows: nothing, in the size of a text screen. */
const blank = (): Picture => ({
  width: 640,
  height: 400,
  pixels: new Uint32Array(640 * 400).fill(0xff000000),
});

const maxViewers = 32;
/** Data frames of the channel are cut smaller than this anyway; so is what one turn copies. */
const sliceBytes = 64 * 1024;

type EventListener = Parameters<ByteStream['onEvent']>[0];

/** One viewer: an RFB session with what still waits for its reader. */
class Viewer implements ByteStream {
  readonly rfb: RfbSession;
  readonly #display: DomainDisplay;
  #waiting: Uint8Array[] = [];
  #credit = 0;
  #onData: (bytes: Uint8Array) => void = () => {};
  #onEvent: EventListener = () => {};
  #last = { x: 0, y: 0 };

  constructor(display: DomainDisplay, name: string, readOnly: boolean) {
    this.#display = display;
    const input = (): MachineDisplay | null => (readOnly ? null : display.machine);
    this.rfb = new RfbSession(name, display.picture, {
      send: (bytes) => {
        this.#waiting.push(bytes);
        this.#deliver();
      },
      wants: () => this.flush(),
      key: (key, _keysym, down) => {
        if (key !== null) input()?.sendKey(key, down);
      },
      pointer: (x, y, buttons) => this.#point(input(), x, y, buttons),
      broken: (why) => this.#onEvent('ended', why),
    });
  }

  /** A picture is only made when the one before has gone out. */
  flush(): void {
    if (this.#waiting.length === 0) this.rfb.flush(this.#display.picture);
  }

  tell(...event: Parameters<EventListener>): void {
    this.#onEvent(...event);
  }

  credit(bytes: number): void {
    this.#credit += bytes;
    this.#deliver();
    this.flush();
  }

  write(bytes: Uint8Array): number {
    this.rfb.receive(bytes);
    return bytes.length;
  }

  resize(): void {
    // The guest decides how large its screen is.
  }

  onData(listener: (bytes: Uint8Array) => void): void {
    this.#onData = listener;
    this.#deliver();
  }

  onGap(): void {
    // Nothing is ever left out of an RFB stream.
  }

  onEvent(listener: EventListener): void {
    this.#onEvent = listener;
    if (this.#display.machine) listener('attached', '');
    else listener('ended', 'The domain is off. Its screen comes by itself when it starts.');
  }

  close(): void {
    this.#waiting = [];
    this.#display.leave(this);
  }

  #deliver(): void {
    for (let head = this.#waiting[0]; head && this.#credit > 0; head = this.#waiting[0]) {
      const length = Math.min(head.length, this.#credit, sliceBytes);
      if (length === head.length) this.#waiting.shift();
      else this.#waiting[0] = head.subarray(length);
      this.#credit -= length;
      this.#onData(head.subarray(0, length));
    }
  }

  #point(input: MachineDisplay | null, x: number, y: number, buttons: number): void {
    const [dx, dy] = [x - this.#last.x, y - this.#last.y];
    this.#last = { x, y };
    const wheel = (buttons & 16 ? 1 : 0) - (buttons & 8 ? 1 : 0);
    const [left, middle, right] = [1, 2, 4].map((bit) => (buttons & bit) !== 0);
    input?.sendPointer({ x, y, dx, dy, wheel, left: left!, middle: middle!, right: right! });
  }
}

/** The screen of one domain: it outlives its machines, so that a viewer sees a reboot go by. */
export class DomainDisplay {
  readonly #viewers = new Set<Viewer>();
  #machine: MachineDisplay | null = null;
  #unwatch: (() => void) | null = null;
  #picture: Picture = blank();

  /** Of the present run; null when the domain is off. */
  get machine(): MachineDisplay | null {
    return this.#machine;
  }

  get picture(): Picture {
    return this.#picture;
  }

  get viewers(): number {
    return this.#viewers.size;
  }

  /** Call before the machine's first instruction. Returns how to take it off. */
  connect(machine: Machine): () => void {
    this.#machine = machine.display ?? null;
    this.#watch();
    for (const viewer of this.#viewers) viewer.tell('restarted', '');
    return () => {
      if (this.#machine !== machine.display) return;
      this.#unwatch?.();
      this.#unwatch = null;
      this.#machine = null;
      this.#show(blank());
      for (const viewer of this.#viewers)
        viewer.tell('ended', 'The domain is off. Its screen comes by itself when it starts.');
    };
  }

  /** ERROR_FAIL when there are too many viewers already. */
  open(name: string, readOnly: boolean): ByteStream {
    if (this.#viewers.size >= maxViewers)
      throw new DomusError('ERROR_FAIL', `${maxViewers} viewers look at ${name} already.`, {
        fix: 'Close one of them.',
      });
    const viewer = new Viewer(this, name, readOnly);
    this.#viewers.add(viewer);
    this.#watch();
    return viewer;
  }

  leave(viewer: ByteStream): void {
    this.#viewers.delete(viewer as Viewer);
    if (this.#viewers.size > 0) return;
    this.#unwatch?.();
    this.#unwatch = null;
  }

  /** A screen nobody looks at costs nothing. */
  #watch(): void {
    if (!this.#machine || this.#unwatch || this.#viewers.size === 0) return;
    this.#unwatch = this.#machine.watch(({ picture, move, rects }) => {
      if (picture.width !== this.#picture.width || picture.height !== this.#picture.height)
        return this.#show(picture);
      this.#picture = picture;
      for (const viewer of this.#viewers) {
        if (move) viewer.rfb.changed(move.rect);
        for (const rect of rects) viewer.rfb.changed(rect);
        viewer.flush();
      }
    });
  }

  #show(picture: Picture): void {
    this.#picture = picture;
    for (const viewer of this.#viewers) {
      viewer.rfb.changed(wholeOf(picture));
      viewer.flush();
    }
  }
}
