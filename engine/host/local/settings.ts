import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { StateDir } from './state-dir.ts';

const path = '/var/lib/domus/host.json';

const settingsSchema = z.object({
  /** Memory of the whole host; absent: the default of this computer. */
  memoryKiB: z
    .int()
    .min(256 * 1024)
    .optional(),
  /** The last domid given out: they grow over restarts too. */
  lastDomid: z.int().min(0).default(0),
  /** Domains alive when this was written. Those still here at the next start were lost with the engine. */
  live: z.array(z.object({ uuid: z.string(), name: z.string(), domid: z.int() })).default([]),
  /** Saves the host wrote when it stopped, to be restored at its next start. */
  savedByHost: z.array(z.string()).default([]),
});
export type HostSettings = z.infer<typeof settingsSchema>;

/** What the embedded host remembers beside its configuration files. Every change is on disk when `update` resolves. */
export class SettingsFile {
  readonly #stateDir: StateDir;
  #value: HostSettings = { lastDomid: 0, live: [], savedByHost: [] };
  #writing: Promise<void> = Promise.resolve();

  constructor(stateDir: StateDir) {
    this.#stateDir = stateDir;
  }

  get value(): HostSettings {
    return this.#value;
  }

  /** Reads the file; one that is missing or unreadable gives defaults, with a sentence about the latter. */
  async load(): Promise<string[]> {
    const text = await readFile(this.#stateDir.real(path), 'utf8').catch(() => null);
    if (text === null) return [];
    const parsed = settingsSchema.safeParse(parseJson(text));
    if (parsed.success) {
      this.#value = parsed.data;
      return [];
    }
    return [`${path} could not be read; the host's settings are the defaults.`];
  }

  /** Changes some settings. Writes follow each other in order. */
  update(change: Partial<HostSettings>): Promise<void> {
    this.#value = { ...this.#value, ...change };
    const writing = this.#writing.then(() =>
      this.#stateDir.write(path, `${JSON.stringify(this.#value, null, 2)}\n`),
    );
    this.#writing = writing.catch(() => {});
    return writing;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
