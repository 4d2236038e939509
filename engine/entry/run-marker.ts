import { readFileSync, rmSync, writeFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A file that is there while an engine runs. One that is there at the start belongs to an engine that did not end orderly.
 * Only the owner of the state directory may use it.
 */
export class RunMarker {
  readonly #path: string;

  constructor(stateDirectory: string) {
    const directory = join(stateDirectory, 'run');
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    this.#path = join(directory, 'engine.json');
  }

  /** Sets the mark; true when the engine before did not end orderly. */
  set(): boolean {
    let found = true;
    try {
      readFileSync(this.#path);
    } catch {
      found = false;
    }
    writeFileSync(this.#path, JSON.stringify({ pid: process.pid, startedAt: Date.now() }), { mode: 0o600 });
    return found;
  }

  clear(): void {
    rmSync(this.#path, { force: true });
  }
}
