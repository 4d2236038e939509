import type { Socket } from 'node:net';
import { RfbSession } from '../../../display/rfb/session.ts';
import { type ScreenViewer, type ViewedScreen, viewerInput } from '../display-viewer.ts';

/** Waiting times, in ms. */
export interface VncTiming {
  /** Until a viewer has said who it is and what it wants. */
  readonly handshakeMs: number;
  /** Until a viewer that takes none of what was sent to it is cut off. */
  readonly stalledMs: number;
  /** After a wrong password nobody is greeted for so long. */
  readonly wrongPasswordMs: number;
}

export const defaultVncTiming: VncTiming = { handshakeMs: 20_000, stalledMs: 60_000, wrongPasswordMs: 1000 };

/** Least time between two updates. Machines show 60 a second; a viewer that asks for everything again and again gets no more than this. */
const updateMs = 8;
/** For the last words to a viewer that is cut off. */
const lingerMs = 500;
/** A viewer that presses more keys in so many ms is made to wait: the guest could not take them. */
const inputWindow = { ms: 100, most: 200 };

export interface VncViewerOptions {
  readonly display: ViewedScreen;
  readonly name: string;
  readonly password: string;
  readonly timing: VncTiming;
  /** May it look? A sentence when it may not. It says first whether others may as well. */
  admit(viewer: VncViewer, shared: boolean): string | null;
  onWrongPassword(): void;
  /** Why it was cut off; not called when the viewer went by itself. */
  onCut(why: string): void;
}

/**
 * A VNC viewer that came in over TCP. What it has not taken yet is at most one update of the screen: the next one is
 * made when the socket is empty.
 */
export class VncViewer implements ScreenViewer {
  readonly rfb: RfbSession;
  readonly peer: string;
  readonly #socket: Socket;
  readonly #options: VncViewerOptions;
  #inputs = 0;
  #over = false;
  #lastUpdate = 0;
  #next: ReturnType<typeof setTimeout> | undefined;
  #patience: ReturnType<typeof setTimeout> | undefined;

  constructor(socket: Socket, options: VncViewerOptions) {
    const { display, name, password, timing } = options;
    this.#socket = socket;
    this.#options = options;
    this.peer = `${socket.remoteAddress ?? '?'}:${socket.remotePort ?? 0}`;
    socket.setNoDelay(true);
    this.#patience = setTimeout(() => this.cut('It did not say what it wants.'), timing.handshakeMs);
    this.rfb = new RfbSession(
      { name, password },
      {
        send: (...pieces) => this.#send(pieces),
        wants: () => this.flush(),
        ...viewerInput(() => {
          this.#inputs += 1;
          return display.machine;
        }),
        begun: (shared) => this.#begin(shared),
        broken: (why, wrongPassword) => {
          if (wrongPassword) options.onWrongPassword();
          this.cut(why);
        },
      },
    );
    socket.on('data', (bytes) => {
      this.rfb.receive(bytes);
      if (this.#inputs > inputWindow.most) this.#rest();
    });
    socket.on('drain', () => {
      socket.setTimeout(0);
      this.flush();
    });
    socket.on('timeout', () => this.cut(`It has taken nothing for ${timing.stalledMs / 1000} s.`));
    socket.on('close', () => {
      clearTimeout(this.#patience);
      clearTimeout(this.#next);
      display.leave(this);
    });
  }

  /** Soon after the update before, the next one waits. */
  flush(): void {
    if (this.#next) return;
    const wait = this.#lastUpdate + updateMs - performance.now();
    if (wait <= 0) this.#update();
    else this.#next = setTimeout(() => this.#update(), wait);
  }

  #update(): void {
    this.#next = undefined;
    if (!this.#socket.writableNeedDrain && this.#socket.writable)
      this.rfb.flush(this.#options.display.picture);
  }

  tell(): void {
    // The socket lives no longer than the run it was opened for.
  }

  /** What was sent before still goes out, unless that takes long. */
  cut(why: string): void {
    if (this.#over) return;
    this.#over = true;
    this.#options.onCut(why);
    this.#socket.destroySoon();
    setTimeout(() => this.#socket.destroy(), lingerMs).unref();
  }

  #begin(shared: boolean): void {
    const { display } = this.#options;
    clearTimeout(this.#patience);
    const refusal = this.#options.admit(this, shared);
    if (refusal !== null) return this.cut(refusal);
    display.join(this);
    display.whenSeen(() => this.rfb.start(display.picture));
  }

  #rest(): void {
    this.#socket.pause();
    this.#patience = setTimeout(() => {
      this.#inputs = 0;
      this.#socket.resume();
    }, inputWindow.ms);
  }

  #send(pieces: readonly Uint8Array[]): void {
    const socket = this.#socket;
    this.#lastUpdate = performance.now();
    if (!socket.writable) return;
    socket.cork();
    for (const piece of pieces) socket.write(piece);
    socket.uncork();
    if (socket.writableNeedDrain) socket.setTimeout(this.#options.timing.stalledMs);
  }
}
