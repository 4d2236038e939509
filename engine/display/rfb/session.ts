import { type Picture, type Rect, type ScreenMove, type ScreenSize, wholeOf } from '../screen/screen.ts';
import { cursorRect, type CursorShape } from './cursor.ts';
import { Handshake, type HandshakeStep } from './handshake.ts';
import { encodeHextile } from './hextile.ts';
import { keyOf } from './keysyms.ts';
import { readMessage, type ViewerMessage } from './messages.ts';
import { nativeFormat, PixelWriter } from './pixels.ts';
import { Region } from './region.ts';
import { encodings, Update } from './update.ts';
import { ZrleEncoder } from './zrle.ts';

/** What a viewer wants done, and where its bytes go. */
export interface RfbHooks {
  /** Bytes for the viewer, in this order; kept until it takes them. */
  send(...pieces: readonly Uint8Array[]): void;
  /** The viewer is ready for a picture (or was before): `flush` when it has taken what was sent. */
  wants(): void;
  /** A key of the keyboard, as XT scan code (bit 7 = prefix E0). */
  key(key: number, down: boolean): void;
  pointer(x: number, y: number, buttons: number): void;
  /** It knows the password, if there is one: `start` goes on. `shared`: others may look at the same time. */
  begun(shared: boolean): void;
  /** It broke the rules or does not know the password; `why` is a sentence. Nothing more is read. */
  broken(why: string, wrongPassword?: boolean): void;
}

export interface RfbOptions {
  /** What viewers write above the picture. */
  readonly name: string;
  /** Only its first 8 bytes count; none or an empty one: nobody is asked. */
  readonly password?: string;
  /** Bytes cost nothing on the way to it: pixels are sent as they are. */
  readonly nearby?: boolean;
}

const nowhere: Rect = { x: 0, y: 0, width: 0, height: 0 };
const pixelEncodings: readonly number[] = [encodings.raw, encodings.hextile, encodings.zrle];
/** Longest that waits for the rest of a message. */
const maxPending = (1 << 20) + 64;

/**
 * One viewer of a screen, from the server's side: RFB 3.8 and before. Bytes in, bytes and wishes out. A viewer gets a
 * picture only after it has asked for one, so that one that stops reading costs nothing.
 */
export class RfbSession {
  readonly #hooks: RfbHooks;
  readonly #name: string;
  readonly #nearby: boolean;
  readonly #handshake: Handshake;
  #stage: 'handshake' | 'let in' | 'running' | 'over' = 'handshake';
  #pending: Uint8Array = new Uint8Array(0);
  #pixels = new PixelWriter(nativeFormat);
  #known = new Set<number>();
  /** How pixels are sent: the first that the viewer names of those spoken here. */
  #encoding: number = encodings.raw;
  #level = 1;
  readonly #zrle = new ZrleEncoder();
  #size: ScreenSize = { width: 0, height: 0 };
  #asked: 'nothing' | 'changes' | 'everything' = 'nothing';
  readonly #dirty = new Region();
  /** Comes before what is dirty. */
  #move: ScreenMove | null = null;
  #cursor: CursorShape = 'arrow';
  /** What the viewer has been told of these. */
  #told = { keys: false, screens: false, cursor: null as CursorShape | null };
  #refusesSize = false;

  constructor({ name, password = '', nearby = false }: RfbOptions, hooks: RfbHooks) {
    this.#name = name;
    this.#nearby = nearby;
    this.#hooks = hooks;
    this.#handshake = new Handshake(password, (bytes) => hooks.send(bytes));
  }

  /** Bytes from the viewer, cut anywhere. */
  receive(bytes: Uint8Array): void {
    if (this.#stage === 'over') return;
    if (this.#pending.length + bytes.length > maxPending)
      return this.#break('The viewer sends too much at once.');
    this.#pending = this.#pending.length === 0 ? bytes.slice() : Buffer.concat([this.#pending, bytes]);
    while (this.#step());
  }

  /** Once, after `begun`: how large the screen is that it will see. */
  start(size: ScreenSize): void {
    if (this.#stage !== 'let in') return;
    this.#stage = 'running';
    this.#size = { width: size.width, height: size.height };
    this.#dirty.add(wholeOf(size));
    const name = Buffer.from(this.#name, 'utf8');
    const out = Buffer.alloc(24 + name.length);
    out.writeUInt16BE(this.#size.width, 0);
    out.writeUInt16BE(this.#size.height, 2);
    // 32 bits, depth 24, little-endian, true colour; red, green and blue from the lowest byte on.
    Buffer.from([32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 0, 8, 16]).copy(out, 4);
    out.writeUInt32BE(name.length, 20);
    name.copy(out, 24);
    this.#hooks.send(out);
    while (this.#step());
  }

  /** The screen has changed there. */
  changed(rect: Rect): void {
    this.#dirty.add(rect);
  }

  /** Part of the screen has moved. A viewer that has seen all before moves it by itself. */
  moved(move: ScreenMove): void {
    if (this.#move || !this.#dirty.empty || !this.#known.has(encodings.copyRect)) this.changed(move.rect);
    else this.#move = move;
  }

  /** What the viewer's pointer should look like from now on. */
  cursor(shape: CursorShape): void {
    this.#cursor = shape;
  }

  /** Answers the viewer's request from the present picture, if there is a request and something to answer. */
  flush(picture: Picture): void {
    if (this.#stage !== 'running' || this.#asked === 'nothing') return;
    const update = new Update();
    if (this.#known.has(encodings.extendedKey) && !this.#told.keys) {
      update.add(nowhere, encodings.extendedKey);
      this.#told.keys = true;
    }
    if (this.#tellSize(update, picture) || this.#asked === 'everything') {
      this.#move = null;
      this.#dirty.add(wholeOf(picture));
    }
    this.#tellCursor(update);
    const visible = this.#visible(picture);
    this.#tellMove(update, visible);
    for (const rect of this.#dirty.take(visible))
      update.add(rect, this.#encoding, this.#encode(picture, rect));
    if (update.empty) return;
    this.#asked = 'nothing';
    this.#hooks.send(...update.pieces());
  }

  /** A viewer that cannot follow a change of size sees the part that fits. */
  #visible(picture: ScreenSize): ScreenSize {
    return {
      width: Math.min(picture.width, this.#size.width),
      height: Math.min(picture.height, this.#size.height),
    };
  }

  /** True when the viewer's picture has another size now and is empty. */
  #tellSize(update: Update, { width, height }: ScreenSize): boolean {
    const resized = width !== this.#size.width || height !== this.#size.height;
    const [extended, plain] = [
      this.#known.has(encodings.extendedDesktopSize),
      this.#known.has(encodings.desktopSize),
    ];
    if (!extended) {
      if (!resized || !plain) return false;
      update.add({ x: 0, y: 0, width, height }, encodings.desktopSize);
    } else if (resized || !this.#told.screens || this.#refusesSize) {
      update.screens({ width, height }, this.#refusesSize && !resized);
      this.#told.screens = true;
      this.#refusesSize = false;
    }
    if (resized) this.#size = { width, height };
    return resized;
  }

  #tellMove(update: Update, visible: ScreenSize): void {
    const move = this.#move;
    this.#move = null;
    if (!move) return;
    const { rect, dy } = move;
    const bottom = rect.y + Math.max(0, dy) + rect.height;
    if (rect.x + rect.width <= visible.width && bottom <= visible.height) update.copy(move);
    else this.#dirty.add(rect);
  }

  #tellCursor(update: Update): void {
    if (this.#told.cursor === this.#cursor || !this.#known.has(encodings.cursor)) return;
    const { rect, body } = cursorRect(this.#pixels, this.#cursor);
    update.add(rect, encodings.cursor, body);
    this.#told.cursor = this.#cursor;
  }

  #encode(picture: Picture, rect: Rect): Uint8Array {
    if (this.#encoding === encodings.zrle) return this.#zrle.encode(this.#pixels, picture, rect, this.#level);
    if (this.#encoding === encodings.hextile) return encodeHextile(this.#pixels, picture, rect);
    return this.#pixels.raw(picture, rect);
  }

  /** Takes one message off what is pending; false when more bytes are needed. */
  #step(): boolean {
    if (this.#stage === 'running') return this.#message();
    if (this.#stage !== 'handshake' || this.#pending.length < this.#handshake.needed) return false;
    const head = this.#pending.subarray(0, this.#handshake.needed);
    this.#pending = this.#pending.subarray(head.length);
    this.#shake(this.#handshake.take(head));
    return true;
  }

  #shake(step: HandshakeStep): void {
    if (step.kind === 'out') return this.#break(step.why, step.wrongPassword);
    if (step.kind === 'more') return;
    this.#stage = 'let in';
    this.#hooks.begun(step.shared);
  }

  #message(): boolean {
    const read = readMessage(this.#pending);
    if (typeof read === 'number') return false;
    if (typeof read === 'string') {
      this.#break(read);
      return false;
    }
    this.#pending = this.#pending.subarray(read.length);
    this.#act(read.message);
    return true;
  }

  #act(message: ViewerMessage): void {
    switch (message.type) {
      case 'pixel-format':
        this.#pixels = new PixelWriter(message.format);
        this.#told.cursor = null;
        break;
      case 'encodings':
        this.#choose(message.encodings);
        break;
      case 'update-request':
        if (!message.incremental) this.#asked = 'everything';
        else if (this.#asked === 'nothing') this.#asked = 'changes';
        this.#hooks.wants();
        break;
      case 'key':
        this.#press(message.key ?? keyOf(message.keysym), message.down);
        break;
      case 'pointer':
        this.#hooks.pointer(message.x, message.y, message.buttons);
        break;
      case 'wants-size':
        this.#refusesSize = true;
        this.#hooks.wants();
        break;
      case 'ignored':
    }
  }

  #choose(known: readonly number[]): void {
    this.#known = new Set(known);
    const pixels = this.#nearby ? undefined : known.find((one) => pixelEncodings.includes(one));
    this.#encoding = pixels ?? encodings.raw;
    const level = known.find((one) => one >= encodings.compressLevel0 && one < encodings.compressLevel0 + 10);
    this.#level = level === undefined ? 1 : level - encodings.compressLevel0;
    if (!this.#known.has(encodings.copyRect) && this.#move) {
      this.changed(this.#move.rect);
      this.#move = null;
    }
  }

  #press(key: number | null, down: boolean): void {
    if (key !== null) this.#hooks.key(key, down);
  }

  #break(why: string, wrongPassword = false): void {
    this.#stage = 'over';
    this.#pending = new Uint8Array(0);
    this.#hooks.broken(why, wrongPassword);
  }
}
