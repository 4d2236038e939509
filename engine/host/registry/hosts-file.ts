import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { hostDraft, type HostDraft, hostId } from '../../api/index.ts';
import { writeFileAtomic } from '../local/atomic-file.ts';

const remembered = z.object({
  id: hostId,
  draft: hostDraft,
  /** Names of what is in the keyring for it; never the secrets themselves. */
  kept: z.array(z.string().max(600)).max(32).default([]),
});
const file = z.object({ version: z.literal(1), hosts: z.array(remembered).max(500) });

export interface RememberedHost {
  readonly id: string;
  readonly draft: HostDraft;
  readonly kept: readonly string[];
}

/** `hosts.json` in the engine's state directory: the hosts a person has added. It holds no secrets. */
export class HostsFile {
  readonly #path: string;
  #hosts: RememberedHost[] = [];
  #writing: Promise<void> = Promise.resolve();

  constructor(path: string) {
    this.#path = path;
  }

  get all(): readonly RememberedHost[] {
    return this.#hosts;
  }

  get(id: string): RememberedHost | undefined {
    return this.#hosts.find((host) => host.id === id);
  }

  /** A file that cannot be used is left alone until something is written; the sentence says why. null: all is well. */
  async load(): Promise<string | null> {
    let text: string;
    try {
      text = await readFile(this.#path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      return `The remembered hosts cannot be read: ${error instanceof Error ? error.message : String(error)}`;
    }
    try {
      this.#hosts = file.parse(JSON.parse(text)).hosts;
      return null;
    } catch {
      await writeFileAtomic(`${this.#path}.unreadable`, text, { mode: 0o600 }).catch(() => undefined);
      return `The file of the remembered hosts could not be understood; it is kept as ${this.#path}.unreadable.`;
    }
  }

  put(host: RememberedHost): Promise<void> {
    const at = this.#hosts.findIndex(({ id }) => id === host.id);
    this.#hosts = at < 0 ? [...this.#hosts, host] : this.#hosts.with(at, host);
    return this.#write();
  }

  remove(id: string): Promise<void> {
    this.#hosts = this.#hosts.filter((host) => host.id !== id);
    return this.#write();
  }

  /** One after the other; each writes the newest. */
  #write(): Promise<void> {
    const write = (): Promise<void> =>
      writeFileAtomic(this.#path, `${JSON.stringify({ version: 1, hosts: this.#hosts }, null, 2)}\n`, {
        mode: 0o600,
      });
    const writing = this.#writing.then(write);
    this.#writing = writing.catch(() => undefined);
    return writing;
  }
}
