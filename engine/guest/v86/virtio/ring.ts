/**
 * Split virtqueues (virtio 1.2, section 2.7) as the device sees them. The driver in the guest is hostile: everything it
 * put into memory is checked before it is used, each chain is bounded in length and bytes, and what is wrong ends with
 * `RingError`, after which the device must not be used until it is reset. Pure but for the memory it is given.
 */

/** Memory of the guest. Addresses are physical. */
export interface GuestMemory {
  /** All of it, live; to be fetched again for each use. */
  bytes(): Uint8Array;
  /** Writes what was checked to be inside, and lets the processor forget code it had compiled from there. */
  write(address: number, data: Uint8Array): void;
}

/** Where the driver has put a queue. Addresses are 32 bits, perhaps negative; 0 = not set up. */
export interface QueueRegisters {
  /** A power of two. */
  readonly size: number;
  readonly enabled: boolean;
  readonly desc_addr: number;
  readonly avail_addr: number;
  readonly used_addr: number;
  /** The next entry of the available ring to look at, modulo 2^16. */
  avail_last_idx: number;
}

/** What a chain may be. Requests beyond it come from no driver that keeps to the device's features. */
export interface ChainLimits {
  /** Bytes the device reads and bytes it may write, each. */
  readonly maxBytes: number;
}

export class RingError extends Error {}

interface Segment {
  readonly address: number;
  readonly length: number;
}

/** One request of the driver: bytes to read, then room to write the answer. Its segments lie inside memory. */
export class Chain {
  readonly head: number;
  readonly #memory: GuestMemory;
  readonly #readable: readonly Segment[];
  readonly #writable: readonly Segment[];
  readonly readableBytes: number;
  readonly writableBytes: number;

  constructor(head: number, memory: GuestMemory, readable: readonly Segment[], writable: readonly Segment[]) {
    this.head = head;
    this.#memory = memory;
    this.#readable = readable;
    this.#writable = writable;
    this.readableBytes = total(readable);
    this.writableBytes = total(writable);
  }

  /** A copy of `length` readable bytes from `start` on; fewer when there are fewer. */
  read(start = 0, length = this.readableBytes - start): Uint8Array {
    const end = Math.min(this.readableBytes, start + length);
    const copy = new Uint8Array(Math.max(0, end - start));
    const memory = this.#memory.bytes();
    let at = 0;
    for (const segment of this.#readable) {
      const from = Math.max(start, at);
      const to = Math.min(end, at + segment.length);
      if (from < to) {
        const source = segment.address + from - at;
        copy.set(memory.subarray(source, source + to - from), from - start);
      }
      at += segment.length;
    }
    return copy;
  }

  /** Writes `data` at `start` of the writable room; what does not fit is left out. */
  write(data: Uint8Array, start = 0): void {
    const end = Math.min(this.writableBytes, start + data.length);
    let at = 0;
    for (const segment of this.#writable) {
      const from = Math.max(start, at);
      const to = Math.min(end, at + segment.length);
      if (from < to) this.#memory.write(segment.address + from - at, data.subarray(from - start, to - start));
      at += segment.length;
    }
  }
}

const NEXT = 1;
const WRITE = 2;
const INDIRECT = 4;
const NO_INTERRUPT = 1;
const DESCRIPTOR_BYTES = 16;

export class Ring {
  readonly #queue: QueueRegisters;
  readonly #memory: GuestMemory;
  readonly #limits: ChainLimits;

  constructor(queue: QueueRegisters, memory: GuestMemory, limits: ChainLimits) {
    this.#queue = queue;
    this.#memory = memory;
    this.#limits = limits;
  }

  get ready(): boolean {
    const { enabled, desc_addr, avail_addr, used_addr, size } = this.#queue;
    return enabled && desc_addr !== 0 && avail_addr !== 0 && used_addr !== 0 && size > 0;
  }

  /** Requests the driver has made and nobody has taken. Throws RingError. */
  get waiting(): number {
    if (!this.ready) return 0;
    const { size, avail_last_idx } = this.#queue;
    const waiting = (this.#available().getUint16(2, true) - avail_last_idx) & 0xffff;
    if (waiting > size) throw new RingError(`${waiting} requests in a queue of ${size}`);
    return waiting;
  }

  /** Takes the next request; undefined when there is none. Throws RingError. */
  next(): Chain | undefined {
    if (this.waiting === 0) return undefined;
    const { size, avail_last_idx } = this.#queue;
    const head = this.#available().getUint16(4 + 2 * (avail_last_idx & (size - 1)), true);
    const chain = this.#chain(head);
    this.#queue.avail_last_idx = (avail_last_idx + 1) & 0xffff;
    return chain;
  }

  /** Gives a request back with its first `written` bytes answered. True when the driver wants an interrupt for it. */
  give(chain: Chain, written: number): boolean {
    if (!this.ready) return false;
    const used = this.#used();
    const index = used.getUint16(2, true);
    const entry = 4 + 8 * (index & (this.#queue.size - 1));
    used.setUint32(entry, chain.head, true);
    used.setUint32(entry + 4, written, true);
    used.setUint16(2, (index + 1) & 0xffff, true);
    return (this.#available().getUint16(0, true) & NO_INTERRUPT) === 0;
  }

  #available(): DataView {
    return this.#area('available ring', this.#queue.avail_addr, 4 + 2 * this.#queue.size);
  }

  #used(): DataView {
    return this.#area('used ring', this.#queue.used_addr, 4 + 8 * this.#queue.size);
  }

  #area(what: string, address: number, length: number): DataView {
    const memory = this.#memory.bytes();
    const start = address >>> 0;
    if (start + length > memory.length) throw new RingError(`the ${what} is outside memory`);
    return new DataView(memory.buffer, memory.byteOffset + start, length);
  }

  #chain(head: number): Chain {
    const { size, desc_addr } = this.#queue;
    const table = this.#area('descriptor table', desc_addr, DESCRIPTOR_BYTES * size);
    const memoryBytes = this.#memory.bytes().length;
    const readable: Segment[] = [];
    const writable: Segment[] = [];
    let index = head;
    for (let steps = 0; ; steps += 1) {
      if (index >= size) throw new RingError(`descriptor ${index} of a table of ${size}`);
      if (steps >= size) throw new RingError('a chain of descriptors that has no end');
      const flags = table.getUint16(index * DESCRIPTOR_BYTES + 12, true);
      const segment = segmentAt(table, index * DESCRIPTOR_BYTES, memoryBytes);
      if (flags & INDIRECT) throw new RingError('an indirect descriptor, which is not offered');
      if (flags & WRITE) writable.push(segment);
      else if (writable.length > 0) throw new RingError('something to read after the room to write');
      else readable.push(segment);
      if ((flags & NEXT) === 0) break;
      index = table.getUint16(index * DESCRIPTOR_BYTES + 14, true);
    }
    const { maxBytes } = this.#limits;
    if (total(readable) > maxBytes || total(writable) > maxBytes)
      throw new RingError(`a request of more than ${maxBytes} bytes`);
    return new Chain(head, this.#memory, readable, writable);
  }
}

function segmentAt(table: DataView, at: number, memoryBytes: number): Segment {
  const address = table.getUint32(at, true);
  const length = table.getUint32(at + 8, true);
  const inside = table.getUint32(at + 4, true) === 0 && address + length <= memoryBytes;
  if (!inside) throw new RingError('a descriptor that points outside memory');
  return { address, length };
}

function total(segments: readonly Segment[]): number {
  return segments.reduce((sum, { length }) => sum + length, 0);
}
