import { DomusError } from '../api/index.ts';

/** The names of domains of a host, taken or being taken: no two files for the same name are written at once. */
export class NamesInUse {
  readonly #writing = new Set<string>();
  readonly #isTaken: (name: string) => boolean;

  constructor(isTaken: (name: string) => boolean) {
    this.#isTaken = isTaken;
  }

  /** Throws ERROR_DEVICE_EXISTS, in libxl's words. */
  check(name: string): void {
    if (!this.#isTaken(name) && !this.#writing.has(name)) return;
    throw new DomusError('ERROR_DEVICE_EXISTS', `Domain with name "${name}" already exists.`, {
      field: 'name',
      fix: 'Choose another name.',
    });
  }

  /** Keeps the name for `write` until it is done. */
  async during<T>(name: string, write: () => Promise<T>): Promise<T> {
    this.#writing.add(name);
    try {
      return await write();
    } finally {
      this.#writing.delete(name);
    }
  }
}
