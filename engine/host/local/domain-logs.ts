import { posix } from 'node:path';
import { fileNamePart } from './domain-registry.ts';
import { RotatingLog } from './rotating-log.ts';
import type { StateDir } from './state-dir.ts';

/** `/var/log/xen/xl-NAME.log` of each domain: what xl's monitor of a real host writes there. */
export class DomainLogs {
  readonly #stateDir: StateDir;
  readonly #onError: (error: Error) => void;
  readonly #logs = new Map<string, RotatingLog>();

  constructor(stateDir: StateDir, onError: (error: Error) => void) {
    this.#stateDir = stateDir;
    this.#onError = onError;
  }

  /** Appends a line; it is on disk a little later (see `settled`). */
  write(domain: { readonly name: string }, line: string): void {
    void this.#log(domain.name).append(`${line.replace(/[\x00-\x1f\x7f]+/g, ' ')}\n`);
  }

  async settled(): Promise<void> {
    for (const log of this.#logs.values()) await log.settled();
  }

  #log(name: string): RotatingLog {
    const path = this.#stateDir.real(posix.join('/var/log/xen', `xl-${fileNamePart(name)}.log`));
    const known = this.#logs.get(path);
    if (known) return known;
    const log = new RotatingLog(path, { maxBytes: 256 * 1024, onError: this.#onError });
    this.#logs.set(path, log);
    return log;
  }
}
