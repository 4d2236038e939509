import { RfbSession } from '../../display/rfb/session.ts';
import type { ByteStream } from '../operation.ts';
import { type ScreenViewer, type ViewedScreen, viewerInput } from './display-viewer.ts';

/** Data frames of the channel are cut smaller than this anyway; so is what one turn copies. */
const sliceBytes = 64 * 1024;

type EventListener = Parameters<ByteStream['onEvent']>[0];

/** A viewer in one of the windows: an RFB session with what still waits for its reader. */
export class ChannelViewer implements ByteStream, ScreenViewer {
  readonly rfb: RfbSession;
  readonly #display: ViewedScreen;
  #waiting: Uint8Array[] = [];
  #credit = 0;
  #onData: (bytes: Uint8Array) => void = () => {};
  #onEvent: EventListener = () => {};

  constructor(display: ViewedScreen, name: string, readOnly: boolean) {
    this.#display = display;
    this.rfb = new RfbSession(
      { name, nearby: true },
      {
        send: (...pieces) => {
          this.#waiting.push(...pieces);
          this.#deliver();
        },
        wants: () => this.flush(),
        ...viewerInput(() => (readOnly ? null : display.machine)),
        begun: () => display.whenSeen(() => this.rfb.start(display.picture)),
        broken: (why) => this.#onEvent('ended', why),
      },
    );
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
}
