import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { posix } from 'node:path';
import { DomusError } from '../../api/index.ts';
import { AsyncMutex } from '../../lib/mutex.ts';
import { fileProblem } from '../../storage/raw-disk.ts';
import type { GuestConfig } from '../../toolstack/guest-config.ts';
import { removeFileDurably } from './atomic-file.ts';
import type { StateDir } from './state-dir.ts';

const directory = '/etc/xen';
const maxFileBytes = 1024 * 1024;
const maxFiles = 5000;

/** A configured domain: one file of /etc/xen. */
export interface Definition {
  /** The file's uuid=, or one derived from its name when it has none. */
  readonly id: string;
  /** As Domain-0 names it: `/etc/xen/web.cfg`. */
  readonly path: string;
  readonly text: string;
  readonly config: GuestConfig;
  /** Why the file cannot be used as it is now; `config` and `text` are then those of before. */
  readonly problem: string | null;
}

/** What a scan found to be different. */
export interface DefinitionChanges {
  readonly changed: readonly Definition[];
  readonly removed: readonly Definition[];
}

type Reading = { ok: true; text: string; config: GuestConfig } | { ok: false; problem: string };

interface KnownFile {
  /** Changes whenever the file does. */
  readonly stamp: string;
  readonly reading: Reading;
  /** The last content that could be used. */
  readonly good: { text: string; config: GuestConfig } | null;
}

/**
 * The configured domains, whose source of truth are the files `/etc/xen/*.cfg`: whoever changes one, by whatever
 * program, changes the domain at the next scan. A bad file is a sentence in `problems`, never a failure.
 */
export class Definitions {
  readonly #stateDir: StateDir;
  readonly #host: string;
  readonly #parse: (text: string, source: string) => GuestConfig;
  readonly #scanning = new AsyncMutex();
  #files = new Map<string, KnownFile>();
  #definitions = new Map<string, Definition>();
  #problems: string[] = [];

  /** `parse` throws DomusError with the parser's words. */
  constructor(stateDir: StateDir, host: string, parse: (text: string, source: string) => GuestConfig) {
    this.#stateDir = stateDir;
    this.#host = host;
    this.#parse = parse;
  }

  get all(): readonly Definition[] {
    return [...this.#definitions.values()];
  }

  get(id: string): Definition | undefined {
    return this.#definitions.get(id);
  }

  /** Sentences about files that are not, or not as they are, in use. */
  get problems(): readonly string[] {
    return this.#problems;
  }

  /** Reads what has changed since the last scan. Scans follow each other; rejects never. */
  scan(): Promise<DefinitionChanges> {
    return this.#scanning.run(async () => {
      await this.#readFiles();
      return this.#compare();
    });
  }

  /** Writes a new file `NAME.cfg`. ERROR_DEVICE_EXISTS when there is one of that name. Follow with `scan`. */
  async write(name: string, text: string): Promise<{ path: string; id: string }> {
    const path = posix.join(directory, `${name}.cfg`);
    const config = this.#parse(text, path);
    try {
      await this.#stateDir.write(path, text, { exclusive: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') {
        throw new DomusError('ERROR_DEVICE_EXISTS', `There is a file ${path} already.`, {
          field: 'name',
          fix: 'Choose another name, or move that file away.',
        });
      }
      throw new DomusError('ERROR_FAIL', `${path} could not be written: ${(error as Error).message}.`);
    }
    return { path, id: this.#idOf(path, config) };
  }

  /** Replaces the text of a definition's file. ERROR_INVAL with the parser's words, ERROR_FAIL. Follow with `scan`. */
  async replace(definition: Definition, text: string): Promise<void> {
    this.#parse(text, definition.path);
    try {
      await this.#stateDir.write(definition.path, text);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new DomusError('ERROR_FAIL', `${definition.path} could not be written: ${why}.`);
    }
  }

  /** Deletes the file of a definition. Follow with `scan`. */
  async remove(definition: Definition): Promise<void> {
    try {
      await removeFileDurably(this.#stateDir.real(definition.path));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
      throw new DomusError(
        'ERROR_FAIL',
        `${definition.path} could not be deleted: ${(error as Error).message}.`,
      );
    }
  }

  #idOf(path: string, config: GuestConfig): string {
    return config.uuid ?? derivedUuid(`${this.#host}:${path}`);
  }

  async #readFiles(): Promise<void> {
    const names = await readdir(this.#stateDir.real(directory)).catch(() => []);
    const found = names.filter((name) => name.endsWith('.cfg') && !name.startsWith('.')).sort();
    const files = new Map<string, KnownFile>();
    for (const name of found.slice(0, maxFiles)) {
      const path = posix.join(directory, name);
      const known = await this.#readFile(path, this.#files.get(path));
      if (known) files.set(path, known);
    }
    this.#files = files;
  }

  /** The file as it is now; undefined when it is gone (or no file). */
  async #readFile(path: string, before: KnownFile | undefined): Promise<KnownFile | undefined> {
    const real = this.#stateDir.real(path);
    const found = await stat(real, { bigint: true }).catch(() => null);
    if (!found?.isFile()) return undefined;
    const stamp = `${found.ino}:${found.size}:${found.mtimeNs}:${found.ctimeNs}`;
    if (before?.stamp === stamp) return before;
    const reading = await this.#read(path, real, Number(found.size));
    const good = reading.ok ? { text: reading.text, config: reading.config } : (before?.good ?? null);
    return { stamp, reading, good };
  }

  async #read(path: string, real: string, bytes: number): Promise<Reading> {
    if (bytes > maxFileBytes) return { ok: false, problem: `${path} is larger than 1 MiB.` };
    try {
      const text = await readFile(real, 'utf8');
      return { ok: true, text, config: this.#parse(text, path) };
    } catch (error) {
      if (error instanceof DomusError) return { ok: false, problem: error.message };
      return { ok: false, problem: fileProblem('The configuration', path, error) };
    }
  }

  /** Builds the definitions from what was read. The first file (by name) with a UUID or domain name has it. */
  #compare(): DefinitionChanges {
    const before = this.#definitions;
    const problems: string[] = [];
    const next = new Map<string, Definition>();
    const byName = new Map<string, Definition>();
    for (const [path, { reading, good }] of this.#files) {
      if (!reading.ok) problems.push(reading.problem);
      if (!good) continue;
      const definition: Definition = {
        id: this.#idOf(path, good.config),
        path,
        ...good,
        problem: reading.ok ? null : reading.problem,
      };
      const twin = next.get(definition.id) ?? byName.get(good.config.name);
      if (twin) {
        problems.push(twinProblem(definition, twin));
        continue;
      }
      next.set(definition.id, definition);
      byName.set(good.config.name, definition);
    }
    this.#definitions = next;
    this.#problems = problems;
    return {
      changed: [...next.values()].filter(
        (definition) => !sameDefinition(before.get(definition.id), definition),
      ),
      removed: [...before.values()].filter(({ id }) => !next.has(id)),
    };
  }
}

function twinProblem(definition: Definition, twin: Definition): string {
  const what = definition.id === twin.id ? `UUID ${definition.id}` : `name ${definition.config.name}`;
  return `${definition.path} is not used: ${twin.path} has the same ${what}.`;
}

function sameDefinition(a: Definition | undefined, b: Definition): boolean {
  return a !== undefined && a.path === b.path && a.text === b.text && a.problem === b.problem;
}

/** A UUID (version 8, of our own making) that depends on nothing but `seed`. */
export function derivedUuid(seed: string): string {
  const hex = createHash('sha256').update(seed).digest('hex');
  const variant = ((parseInt(hex.slice(16, 18), 16) & 0x3f) | 0x80).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(18, 20)}-${hex.slice(20, 32)}`;
}
