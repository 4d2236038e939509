/**
 * File-backed drives. Nothing is cached here: a read reads the file, a write is acknowledged when the file has it,
 * and the operations of one drive happen one after the other. Virtio disks use `read`, `write` and `flush`; v86's own
 * drives use its callbacks, which know no errors, so a failure is told to the guest on the drive's own registers.
 */
import { closeSync, fdatasync, fstatSync, openSync, read, readSync, write } from 'node:fs';
import { MachineError, type MachineVbdCounters } from '../machine.ts';
import type { DiskBackend } from './internals.ts';
import type { DriveSlot } from './plan.ts';

const SECTOR = 512;
/** The longest transfer ATA can ask for (65,536 sectors); ATAPI could ask for more and is refused. */
const MAX_TRANSFER = 65_536 * SECTOR;
/** Bytes of requests waiting on one drive. A guest that does not wait for its drive gets errors beyond this. */
const MAX_PENDING = 2 * MAX_TRANSFER;

type Operation = 'read' | 'write';

/** Which controller the image is for: 'virtio' takes whole sectors only. */
export interface DiskImage {
  readonly slot: DriveSlot | 'virtio';
  readonly vdev: string;
  readonly path: string;
  readonly readOnly: boolean;
}

export class FileDisk implements DiskBackend {
  readonly vdev: string;
  readonly byteLength: number;
  readonly readOnly: boolean;
  onload: ((event: object) => void) | undefined = undefined;
  /** How the guest hears of a failure; set when the drive exists. */
  onFailure: ((operation: Operation) => void) | undefined = undefined;
  readonly #fd: number;
  readonly #log: (text: string) => void;
  readonly #counters = { readOps: 0, writeOps: 0, readBytes: 0, writeBytes: 0 };
  #tail: Promise<void> = Promise.resolve();
  #pending = 0;
  #closed = false;

  /** Throws MachineError `disk-unreadable`. */
  constructor(drive: DiskImage, log: (text: string) => void) {
    this.vdev = drive.vdev;
    this.readOnly = drive.readOnly;
    this.#log = log;
    try {
      this.#fd = openSync(drive.path, drive.readOnly ? 'r' : 'r+');
    } catch (error) {
      throw new MachineError(
        'disk-unreadable',
        `The image of ${drive.vdev} cannot be opened: ${reason(error)}.`,
      );
    }
    const stat = fstatSync(this.#fd);
    const size = stat.isFile() ? stat.size : 0;
    this.byteLength = drive.slot === 'cdrom' ? size : size - (size % SECTOR);
    const why =
      this.byteLength === 0
        ? 'is empty or not a file'
        : drive.slot === 'virtio' && size % SECTOR !== 0
          ? `has ${size} bytes, which is not a whole number of sectors (512 bytes)`
          : undefined;
    if (why === undefined) return;
    closeSync(this.#fd);
    throw new MachineError('disk-unreadable', `The image of ${drive.vdev} ${why}.`);
  }

  get counters(): MachineVbdCounters {
    return { vdev: this.vdev, ...this.#counters };
  }

  load(): void {
    this.onload?.({});
  }

  /** Throws when it is out of bounds or too much waits already; rejects when the file fails. */
  read(start: number, length: number, cancelled = (): boolean => false): Promise<Uint8Array> {
    if (start < 0 || length > MAX_TRANSFER) throw new Error('the request is out of bounds');
    return this.#enqueue(length, async () => {
      const data = new Uint8Array(length);
      if (cancelled()) return data;
      await this.#readFully(data, start);
      this.#counters.readOps += 1;
      this.#counters.readBytes += length;
      return data;
    });
  }

  /** Takes a copy of `data` at once. Throws and rejects as `read` does; throws when the drive is read-only. */
  write(start: number, data: Uint8Array): Promise<void> {
    if (this.readOnly) throw new Error('it is read-only');
    if (start < 0 || start + data.length > this.byteLength) throw new Error('the request is out of bounds');
    // `data` is the guest's memory or a buffer v86 uses again.
    const copy = data.length <= this.#room ? new Uint8Array(data) : data;
    return this.#enqueue(copy.length, async () => {
      await this.#writeFully(copy, start);
      this.#counters.writeOps += 1;
      this.#counters.writeBytes += copy.length;
    });
  }

  /** Resolves when everything written before is on the disk of the host. */
  flush(): Promise<void> {
    return this.#enqueue(
      0,
      () =>
        new Promise<void>((resolve, reject) => {
          fdatasync(this.#fd, (error) => (error ? reject(error) : resolve()));
        }),
    );
  }

  /** Resolves when nothing asked until now is under way any more. */
  async settle(): Promise<void> {
    await this.#tail;
  }

  get(
    start: number,
    length: number,
    done: (data: Uint8Array) => void,
    options?: { signal: AbortSignal },
  ): void {
    const cancelled = (): boolean => options?.signal.aborted ?? false;
    const failed = (error: unknown): void => {
      if (!cancelled()) this.#fail('read', error);
    };
    try {
      const answer = (data: Uint8Array): void => {
        if (!this.#closed && !cancelled()) done(data);
      };
      this.read(start, length, cancelled).then(answer, failed);
    } catch (error) {
      failed(error);
    }
  }

  set(start: number, data: Uint8Array, done: () => void): void {
    // A refusal must be told before v86 goes on: it takes the write for done.
    try {
      const answer = (): void => {
        if (!this.#closed) done();
      };
      this.write(start, data).then(answer, (error: unknown) => this.#fail('write', error));
    } catch (error) {
      this.#fail('write', error);
    }
  }

  get_and_cache(start: number, length: number, done: (data: Uint8Array) => void): void {
    this.get(start, length, done);
  }

  get_from_cache(start: number, length: number): Uint8Array {
    const data = new Uint8Array(length);
    readSync(this.#fd, data, 0, length, start);
    return data;
  }

  get_buffer(done: () => void): void {
    done();
  }

  get_state(): unknown[] {
    return [];
  }

  set_state(): void {}

  /** Resolves when nothing is under way any more. */
  async settled(): Promise<void> {
    while (this.#pending > 0) await this.#tail;
  }

  /** Waits for what is under way, then closes the file. The guest hears nothing any more. Idempotent. */
  async close(): Promise<void> {
    if (this.#closed) return this.#tail;
    this.#closed = true;
    this.#tail = this.#tail.then(() => closeSync(this.#fd));
    return this.#tail;
  }

  get #room(): number {
    return MAX_PENDING - this.#pending;
  }

  #enqueue<T>(bytes: number, work: () => Promise<T>): Promise<T> {
    if (this.#closed) throw new Error('it is closed');
    if (bytes > this.#room) throw new Error('too many requests at once');
    this.#pending += bytes;
    const result = this.#tail.then(work).finally(() => {
      this.#pending -= bytes;
    });
    this.#tail = result.then(
      () => {},
      () => {},
    );
    return result;
  }

  #fail(operation: Operation, error: unknown): void {
    if (this.#closed) return;
    this.#log(`${operation} error on ${this.vdev}: ${reason(error)}`);
    this.onFailure?.(operation);
  }

  /** What lies beyond the end of the file (the last sector of a CD may) reads as zeros. */
  async #readFully(data: Uint8Array, start: number): Promise<void> {
    for (let at = 0; at < data.length;) {
      const count = await new Promise<number>((resolve, reject) => {
        read(this.#fd, data, at, data.length - at, start + at, (error, n) =>
          error ? reject(error) : resolve(n),
        );
      });
      if (count === 0) return;
      at += count;
    }
  }

  async #writeFully(data: Uint8Array, start: number): Promise<void> {
    for (let at = 0; at < data.length;) {
      at += await new Promise<number>((resolve, reject) => {
        write(this.#fd, data, at, data.length - at, start + at, (error, n) =>
          error ? reject(error) : resolve(n),
        );
      });
    }
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
