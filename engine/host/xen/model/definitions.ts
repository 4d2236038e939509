import { createHash } from 'node:crypto';
import { DomusError } from '../../../api/index.ts';
import { readGuestConfig } from '../../../toolstack/read-config.ts';
import type { GuestConfig } from '../../../toolstack/guest-config.ts';

/** A configured domain: a file of the host's /etc/xen. */
export interface Definition {
  /** The file's uuid=, or one derived from its path when it has none. */
  readonly id: string;
  /** `/etc/xen/web.cfg` */
  readonly path: string;
  readonly text: string;
  readonly config: GuestConfig;
  readonly autostart: boolean;
}

export interface DefinitionScan {
  readonly definitions: readonly Definition[];
  /** Sentences about files that are not in use. */
  readonly problems: readonly string[];
}

const maxFileBytes = 1024 * 1024;
const maxFiles = 2000;

/**
 * Prints the configuration files and what starts by itself. `$1` is a mark that no file contains: it stands alone on the line
 * before each name.
 */
export const scanScript =
  'for f in /etc/xen/*.cfg; do if [ -f "$f" ]; then printf "%s\\n%s\\n" "$1" "$f"; head -c ' +
  `${maxFileBytes + 1} "$f"; printf "\\n"; fi; done; ` +
  'for a in /etc/xen/auto/*; do if [ -e "$a" ]; then printf "%s\\nauto %s\\n" "$1" "$(readlink -f "$a")"; fi; done; ' +
  'printf "%s\\n" "$1"';

/** A UUID (version 8, of our own making) that depends on nothing but `seed`. */
function derivedUuid(seed: string): string {
  const hex = createHash('sha256').update(seed).digest('hex');
  const variant = ((parseInt(hex.slice(16, 18), 16) & 0x3f) | 0x80).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(18, 20)}-${hex.slice(20, 32)}`;
}

type Reading = { readonly text: string } & (
  | { readonly config: GuestConfig; readonly problem: null }
  | { readonly config: null; readonly problem: string }
);

/** Reads what a scan printed. Files that have not changed are not parsed again. */
export class Definitions {
  readonly #host: string;
  #pcpus = 1;
  #readings = new Map<string, Reading>();
  #all: readonly Definition[] = [];

  constructor(host: string) {
    this.#host = host;
  }

  get all(): readonly Definition[] {
    return this.#all;
  }

  get(id: string): Definition | undefined {
    return this.#all.find((definition) => definition.id === id);
  }

  idOf(path: string, config: GuestConfig): string {
    return config.uuid ?? derivedUuid(`${this.#host}:${path}`);
  }

  /** Throws DomusError with the parser's words. */
  parse(text: string, path: string): GuestConfig {
    return readGuestConfig(text, path, this.#pcpus).config;
  }

  apply(printed: string, mark: string, pcpus: number): DefinitionScan {
    this.#pcpus = Math.max(1, pcpus);
    const files = new Map<string, string>();
    const auto = new Set<string>();
    for (const part of printed.split(`${mark}\n`).slice(1, maxFiles * 2)) {
      const end = part.indexOf('\n');
      const name = part.slice(0, Math.max(0, end));
      if (name.startsWith('auto ')) auto.add(name.slice(5));
      else if (name.startsWith('/') && name.length < 1024) files.set(name, part.slice(end + 1, -1));
    }
    this.#read(files);
    return this.#combine(auto);
  }

  #read(files: ReadonlyMap<string, string>): void {
    const readings = new Map<string, Reading>();
    for (const [path, text] of files) {
      const before = this.#readings.get(path);
      readings.set(path, before?.text === text ? before : this.#parseFile(path, text));
    }
    this.#readings = readings;
  }

  #parseFile(path: string, text: string): Reading {
    if (text.length > maxFileBytes)
      return { text: '', config: null, problem: `${path} is larger than 1 MiB.` };
    try {
      return { text, config: this.parse(text, path), problem: null };
    } catch (error) {
      const problem = error instanceof DomusError ? error.message : `${path} cannot be read.`;
      return { text, config: null, problem };
    }
  }

  /** The first file (by name) with a UUID or a domain name has it. */
  #combine(auto: ReadonlySet<string>): DefinitionScan {
    const problems: string[] = [];
    const known = new Map(this.#all.map((definition) => [definition.path, definition]));
    const byId = new Map<string, Definition>();
    const byName = new Map<string, Definition>();
    for (const [path, { text, config, problem }] of this.#readings) {
      if (!config) {
        problems.push(problem);
        continue;
      }
      const definition = { id: this.idOf(path, config), path, text, config, autostart: auto.has(path) };
      const twin = byId.get(definition.id) ?? byName.get(config.name);
      if (twin) {
        const what = twin.id === definition.id ? `UUID ${twin.id}` : `name ${config.name}`;
        problems.push(`${path} is not used: ${twin.path} has the same ${what}.`);
        continue;
      }
      const before = known.get(path);
      const same = before?.config === config && before.autostart === definition.autostart;
      byId.set(definition.id, same ? before : definition);
      byName.set(config.name, definition);
    }
    this.#all = [...byId.values()];
    return { definitions: this.#all, problems };
  }
}
