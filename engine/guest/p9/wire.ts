/**
 * 9P2000.L as it is on the wire: little-endian numbers, strings with their length before them, and what the numbers mean
 * (Linux, include/net/9p/9p.h). Who sent a message is not trusted: reading past its end throws `P9Error`.
 */

/** Errors of Linux by their numbers, which a guest gets whatever system the host has. */
const linuxErrors: Readonly<Record<string, number>> = {
  EPERM: 1,
  ENOENT: 2,
  EIO: 5,
  EBADF: 9,
  EACCES: 13,
  EBUSY: 16,
  EEXIST: 17,
  EXDEV: 18,
  ENOTDIR: 20,
  EISDIR: 21,
  EINVAL: 22,
  ENFILE: 23,
  EMFILE: 24,
  EFBIG: 27,
  ENOSPC: 28,
  EROFS: 30,
  EMLINK: 31,
  ENAMETOOLONG: 36,
  ENOTEMPTY: 39,
  ELOOP: 40,
  EOVERFLOW: 75,
  EOPNOTSUPP: 95,
  EDQUOT: 122,
};

/** A request is refused; `code` is the name of a Linux error. */
export class P9Error extends Error {
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

/** The number of the Linux error that an exception of ours or of the file system stands for. */
export function errorNumber(error: unknown): number {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return linuxErrors[code ?? 'EIO'] ?? linuxErrors['EIO']!;
}

/** Requests by their numbers; the answer's number is one more. */
export const REQUEST = {
  statfs: 8,
  lopen: 12,
  lcreate: 14,
  rename: 20,
  readlink: 22,
  getattr: 24,
  setattr: 26,
  readdir: 40,
  fsync: 50,
  lock: 52,
  getlock: 54,
  link: 70,
  mkdir: 72,
  renameat: 74,
  unlinkat: 76,
  version: 100,
  attach: 104,
  flush: 108,
  walk: 110,
  read: 116,
  write: 118,
  clunk: 120,
  remove: 122,
} as const;
export const ERROR_REPLY = 7;

/** size[4] type[1] tag[2] */
export const HEADER_BYTES = 7;

export class P9Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#at = at;
  }

  u8(): number {
    return this.#view.getUint8(this.#skip(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#skip(2), true);
  }

  u32(): number {
    return this.#view.getUint32(this.#skip(4), true);
  }

  u64(): bigint {
    return this.#view.getBigUint64(this.#skip(8), true);
  }

  /** EINVAL when it is not UTF-8. */
  text(): string {
    const bytes = this.data(this.u16());
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      throw new P9Error('EINVAL');
    }
  }

  data(length: number): Uint8Array {
    const start = this.#skip(length);
    return this.#bytes.subarray(start, start + length);
  }

  #skip(length: number): number {
    const at = this.#at;
    if (at + length > this.#bytes.length) throw new P9Error('EINVAL');
    this.#at += length;
    return at;
  }
}

/** What a file is to 9P: type[1] version[4] path[8]. */
export interface Qid {
  readonly type: number;
  readonly version: number;
  readonly path: bigint;
}

/** Builds a message piece by piece. */
export class P9Writer {
  #bytes = new Uint8Array(256);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  u8(value: number): this {
    return this.#put(1, (view, at) => view.setUint8(at, value));
  }

  u16(value: number): this {
    return this.#put(2, (view, at) => view.setUint16(at, value, true));
  }

  u32(value: number): this {
    return this.#put(4, (view, at) => view.setUint32(at, value, true));
  }

  u64(value: bigint): this {
    return this.#put(8, (view, at) => view.setBigUint64(at, BigInt.asUintN(64, value), true));
  }

  text(value: string): this {
    const bytes = new TextEncoder().encode(value);
    return this.u16(bytes.length).data(bytes);
  }

  qid({ type, version, path }: Qid): this {
    return this.u8(type).u32(version).u64(path);
  }

  data(bytes: Uint8Array): this {
    return this.#put(bytes.length, (_, at) => this.#bytes.set(bytes, at));
  }

  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #put(length: number, write: (view: DataView, at: number) => void): this {
    const at = this.#length;
    const need = at + length;
    if (need > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(need, this.#bytes.length * 2));
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    this.#length = need;
    write(new DataView(this.#bytes.buffer), at);
    return this;
  }
}
