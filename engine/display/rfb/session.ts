import { clip, type Picture, type Rect, type ScreenSize, wholeOf } from '../screen/screen.ts';
import { type PixelFormat, readMessage, type ViewerMessage } from './messages.ts';
import { encodeRaw, nativeFormat } from './pixels.ts';

/** What a viewer wants done, and where its bytes go. */
export interface RfbHooks {
  /** Bytes for the viewer; kept until it takes them. */
  send(bytes: Uint8Array): void;
  /** The viewer is ready for a picture (or was before): `flush` when it has taken what was sent. */
  wants(): void;
  key(key: number | null, keysym: number, down: boolean): void;
  pointer(x: number, y: number, buttons: number): void;
  /** It broke the rules; `why` is a sentence. Nothing more is read. */
  broken(why: string): void;
}

const encodings = { raw: 0, desktopSize: -223, extendedKey: -258 } as const;
/** Longest that waits for the rest of a message. */
const maxPending = (1 << 20) + 64;
const securityNone = 1;

type Stage = 'version' | 'security' | 'init' | 'running' | 'over';

/**
 * One viewer of a screen, from the server's side: RFB 3.8 with security None, pixels as they are. Pure: bytes in, bytes
 * and wishes out. A viewer gets a picture only after it has asked for one, so that one that stops reading costs nothing.
 */
export class RfbSession {
  readonly #hooks: RfbHooks;
  readonly #name: string;
  #stage: Stage = 'version';
  #pending: Uint8Array = new Uint8Array(0);
  #format: PixelFormat = nativeFormat;
  #known = new Set<number>();
  #size: ScreenSize;
  #keysAnnounced = false;
  #asked: 'nothing' | 'changes' | 'everything' = 'nothing';
  #dirty: Rect | null = null;

  constructor(name: string, size: ScreenSize, hooks: RfbHooks) {
    this.#name = name;
    this.#size = size;
    this.#hooks = hooks;
    hooks.send(Buffer.from('RFB 003.008\n', 'latin1'));
  }

  /** Bytes from the viewer, cut anywhere. */
  receive(bytes: Uint8Array): void {
    if (this.#stage === 'over') return;
    if (this.#pending.length + bytes.length > maxPending)
      return this.#break('The viewer sends too much at once.');
    this.#pending = this.#pending.length === 0 ? bytes.slice() : Buffer.concat([this.#pending, bytes]);
    while (this.#step());
  }

  /** The screen has changed there. */
  changed(rect: Rect): void {
    const old = this.#dirty;
    if (!old) {
      this.#dirty = rect;
      return;
    }
    const x = Math.min(old.x, rect.x);
    const y = Math.min(old.y, rect.y);
    const right = Math.max(old.x + old.width, rect.x + rect.width);
    const bottom = Math.max(old.y + old.height, rect.y + rect.height);
    this.#dirty = { x, y, width: right - x, height: bottom - y };
  }

  /** Answers the viewer's request from the present picture, if there is a request and something to answer. */
  flush(picture: Picture): void {
    if (this.#stage !== 'running' || this.#asked === 'nothing') return;
    const resized = picture.width !== this.#size.width || picture.height !== this.#size.height;
    if (resized && !this.#resize(picture)) return;
    const keys = !this.#keysAnnounced && this.#known.has(encodings.extendedKey);
    const wanted = this.#asked === 'everything' || resized ? wholeOf(picture) : this.#dirty;
    const rect = wanted && clip(wanted, picture);
    if (!rect && !keys) return;
    this.#asked = 'nothing';
    this.#dirty = null;
    const parts: Uint8Array[] = [];
    if (keys) parts.push(header({ x: 0, y: 0, width: 0, height: 0 }, encodings.extendedKey));
    if (resized) parts.push(header(wholeOf(picture), encodings.desktopSize));
    if (rect) parts.push(header(rect, encodings.raw), encodeRaw(picture, rect, this.#format));
    this.#keysAnnounced ||= keys;
    const count = Buffer.from([0, 0, 0, Number(keys) + Number(resized) + Number(rect !== null)]);
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
    if (this.#stage === 'over') return false;
    const needed = { version: 12, security: 1, init: 1 }[this.#stage];
    if (this.#pending.length < needed) return false;
    const head = this.#pending.subarray(0, needed);
    this.#pending = this.#pending.slice(needed);
    if (this.#stage === 'version') this.#greet(Buffer.from(head).toString('latin1'));
    else if (this.#stage === 'security') this.#secure(head[0]);
    else this.#begin();
    return true;
  }

  #greet(version: string): void {
    if (!/^RFB 003\.00[78]\n$/.test(version)) return this.#break('The viewer speaks another version of RFB.');
    this.#stage = 'security';
    this.#hooks.send(Uint8Array.of(1, securityNone));
  }

  #secure(type: number | undefined): void {
    if (type !== securityNone) return this.#break('The viewer chose a security type that was not offered.');
    this.#stage = 'init';
    this.#hooks.send(new Uint8Array(4));
  }

  #begin(): void {
    this.#stage = 'running';
    const name = Buffer.from(this.#name, 'utf8');
    const out = Buffer.alloc(24 + name.length);
    out.writeUInt16BE(this.#size.width, 0);
    out.writeUInt16BE(this.#size.height, 2);
    // 32 bits, depth 24, little-endian, true colour; red, green and blue from the lowest byte on.
    Buffer.from([32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 0, 8, 16]).copy(out, 4);
    out.writeUInt32BE(name.length, 20);
    name.copy(out, 24);
    this.#hooks.send(out);
  }

  #message(): boolean {
    const read = readMessage(this.#pending);
    if (typeof read === 'number') return false;
    if (typeof read === 'string') {
      this.#break(read);
      return false;
    }
    this.#pending = this.#pending.slice(read.length);
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
        this.#hooks.key(message.key, message.keysym, message.down);
        break;
      case 'pointer':
        this.#hooks.pointer(message.x, message.y, message.buttons);
        break;
      case 'ignored':
    }
  }

  #break(why: string): void {
    this.#stage = 'over';
    this.#pending = new Uint8Array(0);
    this.#hooks.broken(why);
  }
}

function header({ x, y, width, height }: Rect, encoding: number): Buffer {
  const out = Buffer.alloc(12);
  [x, y, width, height].forEach((value, at) => out.writeUInt16BE(value, at * 2));
  out.writeInt32BE(encoding, 8);
  return out;
}
