import { DomusError } from '../../api/index.ts';
import type { CursorShape } from '../../display/rfb/cursor.ts';
import { type Picture, wholeOf } from '../../display/screen/screen.ts';
import type { Machine, MachineDisplay } from '../../guest/machine.ts';
import type { ByteStream } from '../operation.ts';
import { ChannelViewer } from './display-channel.ts';
import { maxViewers, type ScreenDoor, type ScreenViewer, type ViewedScreen } from './display-viewer.ts';

/** What an off domain's screen shows: nothing, in the size of a text screen. */
const blank = (): Picture => ({
  width: 640,
  height: 400,
  pixels: new Uint32Array(640 * 400).fill(0xff000000),
});

/** The screen of one domain: it outlives its machines, so that a viewer sees a reboot go by. */
export class DomainDisplay implements ViewedScreen {
  readonly #viewers = new Set<ScreenViewer>();
  #machine: MachineDisplay | null = null;
  #unwatch: (() => void) | null = null;
  #picture: Picture = blank();
  #cursor: CursorShape = 'arrow';
  /** Those who wait for the first picture since somebody looks. */
  #waiting: (() => void)[] | null = null;
  /** Where other VNC viewers come in during this run; null when nowhere. */
  door: ScreenDoor | null = null;

  get machine(): MachineDisplay | null {
    return this.#machine;
  }

  get picture(): Picture {
    return this.#picture;
  }

  get viewers(): number {
    return this.#viewers.size;
  }

  get full(): boolean {
    return this.#viewers.size >= maxViewers;
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
    if (this.full)
      throw new DomusError('ERROR_FAIL', `${maxViewers} viewers look at ${name} already.`, {
        fix: 'Close one of them.',
      });
    const viewer = new ChannelViewer(this, name, readOnly);
    this.join(viewer);
    return viewer;
  }

  join(viewer: ScreenViewer): void {
    this.#viewers.add(viewer);
    viewer.rfb.cursor(this.#cursor);
    this.#watch();
  }

  leave(viewer: ScreenViewer): void {
    this.#viewers.delete(viewer);
    if (this.#viewers.size > 0) return;
    this.#unwatch?.();
    this.#unwatch = null;
    this.#seen();
  }

  whenSeen(listener: () => void): void {
    if (this.#waiting) this.#waiting.push(listener);
    else listener();
  }

  /** A screen nobody looks at costs nothing. */
  #watch(): void {
    if (!this.#machine || this.#unwatch || this.#viewers.size === 0) return;
    this.#waiting ??= [];
    this.#unwatch = this.#machine.watch(({ mode, picture, move, rects, absolutePointer }) => {
      this.#point(mode === 'graphics' && absolutePointer ? 'none' : 'arrow');
      if (picture.width !== this.#picture.width || picture.height !== this.#picture.height)
        return this.#show(picture);
      this.#picture = picture;
      this.#seen();
      for (const viewer of this.#viewers) {
        if (move) viewer.rfb.moved(move);
        for (const rect of rects) viewer.rfb.changed(rect);
        viewer.flush();
      }
    });
  }

  /** A guest that knows where the pointer is draws it. */
  #point(shape: CursorShape): void {
    if (shape === this.#cursor) return;
    this.#cursor = shape;
    for (const viewer of this.#viewers) viewer.rfb.cursor(shape);
  }

  #seen(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = null;
    for (const listener of waiting) listener();
  }

  #show(picture: Picture): void {
    this.#picture = picture;
    this.#seen();
    for (const viewer of this.#viewers) {
      viewer.rfb.changed(wholeOf(picture));
      viewer.flush();
    }
  }
}
