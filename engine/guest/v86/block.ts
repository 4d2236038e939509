/**
 * File-backed drives. Nothing is cached here: a read reads the file, a write is acknowledged when the file has it,
 * and the operations of one drive happen one after the other. v86's disk callbacks know no errors, so a failure is
 * told to the guest on the drive's own registers.
 */
import { closeSync, fstatSync, openSync, read, readSync, write } from 'node:fs';
import { MachineError, type MachineVbdCounters } from '../machine.ts';
import type { DiskBackend } from './internals.ts';
import type { PlannedDrive } from './plan.ts';

const SECTOR = 512;
/** The longest transfer ATA can ask for (65,536 sectors); ATAPI could ask for more and is refused. */
const MAX_TRANSFER = 65_536 * SECTOR;
/** Bytes of requests waiting on one drive. A guest that does not wait for its drive gets errors beyond this. */
const MAX_PENDING = 2 * MAX_TRANSFER;

type Operation = 'read' | 'write';

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
  constructor(drive: PlannedDrive & { readonly path: string }, log: (text: string) => void) {
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
    if (this.byteLength > 0) return;
    closeSync(this.#fd);
    throw new MachineError('disk-unreadable', `The image of ${drive.vdev} is empty or not a file.`);
  }

  get counters(): MachineVbdCounters {
    return { vdev: this.vdev, ...this.#counters };
  }

  load(): void {
    this.onload?.({});
  }

  get(
    start: number,
    length: number,
    done: (data: Uint8Array) => void,
    options?: { signal: AbortSignal },
  ): void {
    const cancelled = (): boolean => options?.signal.aborted ?? false;
    if (start < 0 || length > MAX_TRANSFER) return this.#fail('read', 'the request is out of bounds');
    this.#enqueue(
      length,
      'read',
      async () => {
        if (cancelled()) return;
        const data = new Uint8Array(length);
        await this.#readFully(data, start);
        this.#counters.readOps += 1;
        this.#counters.readBytes += length;
        if (!this.#closed) done(data);
      },
      cancelled,
    );
  }

  set(start: number, data: Uint8Array, done: () => void): void {
    if (this.readOnly) return this.#fail('write', 'it is read-only');
    if (start < 0 || start + data.length > this.byteLength) {
      return this.#fail('write', 'the request is out of bounds');
    }
    // `data` is the guest's memory or a buffer v86 uses again.
    const copy = new Uint8Array(data);
    this.#enqueue(copy.length, 'write', async () => {
      await this.#writeFully(copy, start);
      this.#counters.writeOps += 1;
      this.#counters.writeBytes += copy.length;
      if (!this.#closed) done();
    });
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

  #enqueue(
    bytes: number,
    operation: Operation,
    work: () => Promise<void>,
    cancelled: () => boolean = () => false,
  ): void {
    if (this.#closed) return;
    if (this.#pending + bytes > MAX_PENDING) return this.#fail(operation, 'too many requests at once');
    this.#pending += bytes;
    this.#tail = this.#tail
      .then(work)
      .catch((error: unknown) => {
        if (!cancelled()) this.#fail(operation, reason(error));
      })
      .finally(() => {
        this.#pending -= bytes;
      });
  }

  #fail(operation: Operation, why: string): void {
    this.#log(`${operation} error on ${this.vdev}: ${why}`);
    if (!this.#closed) this.onFailure?.(operation);
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
