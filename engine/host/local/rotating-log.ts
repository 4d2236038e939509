import { appendFile, mkdir, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

export interface RotatingLogOptions {
  /** A file that has grown to this is put aside. Default 1 MiB. */
  readonly maxBytes?: number;
  /** Files put aside that are kept: `LOG.1` (newest) … Default 3. */
  readonly keep?: number;
  /** Hears once about each failure (full disk, no rights); the lines are lost then. */
  readonly onError?: (error: Error) => void;
}

/**
 * A log file that cannot grow without bound. Appends are written in order, several at once when they come faster than the
 * disk; nothing is open in between, so that a file may be moved or deleted by anybody.
 */
export class RotatingLog {
  readonly path: string;
  readonly #maxBytes: number;
  readonly #keep: number;
  readonly #onError: (error: Error) => void;
  #waiting: Uint8Array[] = [];
  #writing: Promise<void> | null = null;
  #bytes = -1;

  constructor(path: string, options: RotatingLogOptions = {}) {
    this.path = path;
    this.#maxBytes = options.maxBytes ?? 1024 * 1024;
    this.#keep = options.keep ?? 3;
    this.#onError = options.onError ?? (() => {});
  }

  /** Resolves when these bytes are in the file, or lost (reported to `onError`). Never rejects. */
  append(data: Uint8Array | string): Promise<void> {
    this.#waiting.push(typeof data === 'string' ? Buffer.from(data) : data);
    const before = this.#writing ?? Promise.resolve();
    this.#writing = before.then(() => this.#flush());
    return this.#writing;
  }

  /** Resolves when everything appended so far has been written. */
  async settled(): Promise<void> {
    await this.#writing;
  }

  async #flush(): Promise<void> {
    if (this.#waiting.length === 0) return;
    const data = Buffer.concat(this.#waiting);
    this.#waiting = [];
    try {
      await this.#rotateIfFull();
      await appendFile(this.path, data);
      this.#bytes += data.length;
    } catch (error) {
      this.#bytes = -1;
      this.#onError(error instanceof Error ? error : new Error(String(error)));
    }
  }

  async #rotateIfFull(): Promise<void> {
    if (this.#bytes < 0) {
      await mkdir(dirname(this.path), { recursive: true });
      this.#bytes = await stat(this.path).then(
        (found) => found.size,
        () => 0,
      );
    }
    if (this.#bytes < this.#maxBytes) return;
    for (let n = this.#keep; n > 0; n -= 1) {
      const from = n === 1 ? this.path : `${this.path}.${n - 1}`;
      await rename(from, `${this.path}.${n}`).catch(() => {});
    }
    this.#bytes = 0;
  }
}
