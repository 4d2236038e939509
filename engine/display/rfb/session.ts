import { type Picture, type Rect, type ScreenSize, wholeOf } from '../screen/screen.ts';
import { Handshake, type HandshakeStep } from './handshake.ts';
import { keyOf } from './keysyms.ts';
import { type PixelFormat, readMessage, type ViewerMessage } from './messages.ts';
import { encodeRaw, nativeFormat } from './pixels.ts';
import { Region } from './region.ts';

/** What a viewer wants done, and where its bytes go. */
export interface RfbHooks {
  /** Bytes for the viewer; kept until it takes them. */
  send(bytes: Uint8Array): void;
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
}

const encodings = { raw: 0, desktopSize: -223, extendedKey: -258 } as const;
/** Longest that waits for the rest of a message. */
const maxPending = (1 << 20) + 64;

/**
 * One viewer of a screen, from the server's side: RFB 3.8 and before. Bytes in, bytes and wishes out. A viewer gets a
 * picture only after it has asked for one, so that one that stops reading costs nothing.
 */
export class RfbSession {
  readonly #hooks: RfbHooks;
  readonly #name: string;
  readonly #handshake: Handshake;
  #stage: 'handshake' | 'let in' | 'running' | 'over' = 'handshake';
  #pending: Uint8Array = new Uint8Array(0);
  #format: PixelFormat = nativeFormat;
  #known = new Set<number>();
  #size: ScreenSize = { width: 0, height: 0 };
  #keysAnnounced = false;
  #asked: 'nothing' | 'changes' | 'everything' = 'nothing';
  readonly #dirty = new Region();

  constructor({ name, password = '' }: RfbOptions, hooks: RfbHooks) {
    this.#name = name;
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

  /** Answers the viewer's request from the present picture, if there is a request and something to answer. */
  flush(picture: Picture): void {
    if (this.#stage !== 'running' || this.#asked === 'nothing') return;
    const resized = picture.width !== this.#size.width || picture.height !== this.#size.height;
    if (resized && !this.#resize(picture)) return;
    const keys = !this.#keysAnnounced && this.#known.has(encodings.extendedKey);
    if (this.#asked === 'everything' || resized) this.#dirty.add(wholeOf(picture));
    const rects = this.#dirty.take(picture);
    if (rects.length === 0 && !keys) return;
    this.#asked = 'nothing';
    const parts: Uint8Array[] = [];
    if (keys) parts.push(header({ x: 0, y: 0, width: 0, height: 0 }, encodings.extendedKey));
    if (resized) parts.push(header(wholeOf(picture), encodings.desktopSize));
    for (const rect of rects) parts.push(header(rect, encodings.raw), encodeRaw(picture, rect, this.#format));
    this.#keysAnnounced ||= keys;
    const count = Buffer.from([0, 0, 0, Number(keys) + Number(resized) + rects.length]);
    this.#hooks.send(Buffer.concat([count, ...parts]));
  }

  /** False when the viewer cannot follow; it is then let go. */
  #resize(picture: Picture): boolean {
    if (!this.#known.has(encodings.desktopSize)) {
      this.#break('The size of the screen has changed, and the viewer cannot follow.');
      return false;
    }
    this.#size = { width: picture.width, height: picture.height };
    return true;
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
        this.#format = message.format;
        break;
      case 'encodings':
        this.#known = new Set(message.encodings);
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
      case 'ignored':
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

function header({ x, y, width, height }: Rect, encoding: number): Buffer {
  const out = Buffer.alloc(12);
  [x, y, width, height].forEach((value, at) => out.writeUInt16BE(value, at * 2));
  out.writeInt32BE(encoding, 8);
  return out;
}
