import { atoi } from '../cnumber.ts';
import {
  DiskLexer,
  type DiskFlag,
  type DiskKey,
  type DiskToken,
  FORMAT_PREFIXES,
  SCRIPT_PREFIXES,
} from './disk-token.ts';

type Defbool = 'True' | 'False';

/** A disk as libxl's JSON names it. `readwrite`, `removable` and `is_cdrom` are 1 or absent. */
export interface Disk {
  backend_domname?: string;
  pdev_path?: string;
  vdev?: string;
  backend?: 'phy' | 'tap' | 'qdisk' | 'standalone';
  format?: 'raw' | 'qcow' | 'qcow2' | 'vhd' | 'qed' | 'empty';
  script?: string;
  removable?: 1;
  readwrite?: 1;
  is_cdrom?: 1;
  direct_io_safe?: true;
  discard_enable?: Defbool;
  specification?: 'xen' | 'virtio';
  colo_enable?: Defbool;
  colo_host?: string;
  colo_port?: number;
  colo_export?: string;
  active_disk?: string;
  hidden_disk?: string;
  trusted?: Defbool;
  grant_usage?: Defbool;
}

export interface SpecError {
  /** What is wrong, in the real tool's words. */
  readonly what: string;
  /** The text it is about. */
  readonly near?: string;
}

export type DiskResult =
  | { readonly ok: true; readonly disk: Disk }
  /** `spec` is the word in which reading ended. */
  | { readonly ok: false; readonly errors: readonly SpecError[]; readonly spec: string };

type TextField =
  | 'backend_domname'
  | 'pdev_path'
  | 'vdev'
  | 'script'
  | 'colo_host'
  | 'colo_export'
  | 'active_disk'
  | 'hidden_disk';

interface Choice {
  readonly field: 'format' | 'backend' | 'specification';
  readonly allowed: readonly string[];
}

const CHOICES: Readonly<Partial<Record<DiskKey, Choice>>> = {
  format: { field: 'format', allowed: ['raw', 'qcow', 'qcow2', 'vhd', 'empty', 'qed'] },
  backendtype: { field: 'backend', allowed: ['phy', 'tap', 'qdisk', 'standalone'] },
  specification: { field: 'specification', allowed: ['xen', 'virtio'] },
};

const TEXTS: Readonly<Partial<Record<DiskKey, TextField>>> = {
  backend: 'backend_domname',
  vdev: 'vdev',
  script: 'script',
  'colo-host': 'colo_host',
  'colo-export': 'colo_export',
  'active-disk': 'active_disk',
  'hidden-disk': 'hidden_disk',
};

/** Flags other than the device type, and what they set. */
const FLAG_FIELDS: Readonly<Partial<Record<DiskFlag, Partial<Disk>>>> = {
  'direct-io-safe': { direct_io_safe: true },
  discard: { discard_enable: 'True' },
  'no-discard': { discard_enable: 'False' },
  colo: { colo_enable: 'True' },
  'no-colo': { colo_enable: 'False' },
  trusted: { trusted: 'True' },
  untrusted: { trusted: 'False' },
  'grant_usage=1': { grant_usage: 'True' },
  'grant_usage=0': { grant_usage: 'False' },
};

const READ_ONLY = ['r', 'ro'];
const READ_WRITE = ['rw', 'w', ''];

/** The state of one specification, which may come in several words (`xl block-attach`). */
class DiskParser {
  readonly disk: Disk = { readwrite: 1 };
  readonly errors: SpecError[] = [];
  #prefixed = false;
  #accessSet = false;
  #cdrom = false;

  #fail(what: string, near?: string): void {
    this.errors.push(near === undefined ? { what } : { what, near });
  }

  /** Reads one word; false when there was an error in it. */
  word(spec: string): boolean {
    const lexer = new DiskLexer(spec);
    for (let token = lexer.next(); token !== undefined; token = lexer.next()) if (!this.#take(token)) break;
    return this.errors.length === 0;
  }

  /** False when the rest is not to be looked at. */
  #take(token: DiskToken): boolean {
    switch (token.kind) {
      case 'blank':
        return true;
      case 'flag':
        return this.#flag(token.flag);
      case 'named':
        return this.#named(token.key, token.value, token.text);
      case 'target':
        return this.#text('target', 'pdev_path', token.value);
      case 'prefix':
        return this.#prefix(token.name);
      case 'positional':
        return this.#positional(token.value);
      case 'unknown':
        this.#fail('unknown parameter', token.text);
        return true;
      case 'unknown-prefix':
        this.#fail('unknown deprecated disk prefix', token.text);
        return false;
      case 'bad':
        this.#fail('bad disk syntax', token.text);
        return false;
    }
  }

  #flag(flag: DiskFlag): true {
    const fields = FLAG_FIELDS[flag];
    if (fields === undefined) this.#cdrom = flag !== 'devtype=disk';
    else Object.assign(this.disk, fields);
    return true;
  }

  #named(key: DiskKey, value: string, text: string): true {
    const choice = CHOICES[key];
    const field = TEXTS[key];
    if (choice !== undefined) this.#choice(key, choice, value);
    else if (field !== undefined) this.#text(key, field, value);
    else if (key === 'access') this.#access(value);
    else if (key === 'colo-port') this.#coloPort(value);
    else this.#fail('unknown value for type', text);
    return true;
  }

  #text(what: string, field: TextField, value: string): true {
    // An empty text may be replaced without complaint.
    if (this.disk[field]) this.#fail(`${what} respecified`, value);
    else this.disk[field] = value;
    return true;
  }

  #choice(key: string, { field, allowed }: Choice, value: string): void {
    const before = this.disk[field];
    const chosen = value === '' && field === 'format' ? 'raw' : value;
    if (!allowed.includes(chosen)) this.#fail(`unknown value for ${key}`, value);
    else if (before !== undefined && before !== chosen) this.#fail(`${field} respecified`, value);
    else Object.assign(this.disk, { [field]: chosen });
  }

  #format(value: string): void {
    this.#choice('format', CHOICES.format as Choice, value);
  }

  #access(value: string): void {
    if (READ_ONLY.includes(value)) delete this.disk.readwrite;
    else if (READ_WRITE.includes(value)) this.disk.readwrite = 1;
    else this.#fail('unknown value for access', value);
  }

  #coloPort(value: string): void {
    const port = atoi(value);
    if (port === 0) this.#fail('unknown value for colo_port', value);
    else this.disk.colo_port = port;
  }

  #prefix(name: string): true {
    this.#prefixed = true;
    if (FORMAT_PREFIXES.includes(name)) this.#format(name);
    else if (SCRIPT_PREFIXES.includes(name)) this.#text('script', 'script', `block-${name}`);
    return true;
  }

  /** Fills the first free slot of target, format, vdev, access. */
  #positional(value: string): boolean {
    const { disk } = this;
    if (this.errors.length > 0) return true;
    if (disk.pdev_path === undefined) return this.#text('target', 'pdev_path', value);
    if (!this.#prefixed && disk.format === undefined) {
      if (disk.pdev_path === '' && this.#vdevWithType(value)) disk.format = 'empty';
      else this.#format(value);
    } else if (disk.vdev === undefined) {
      if (!this.#vdevWithType(value)) this.#text('vdev', 'vdev', value);
    } else if (!this.#accessSet) {
      this.#accessSet = true;
      this.#access(value);
    } else {
      this.#fail('too many positional parameters', value);
      return false;
    }
    return true;
  }

  /** The old `hdc:cdrom` form. */
  #vdevWithType(value: string): boolean {
    const colon = value.lastIndexOf(':');
    if (colon < 0) return false;
    const type = value.slice(colon + 1);
    this.#text('vdev', 'vdev', value.slice(0, colon));
    if (type === 'cdrom' || type === 'disk') this.#cdrom = type === 'cdrom';
    else this.#fail('unknown deprecated type', type);
    return true;
  }

  /** What holds for the specification as a whole. */
  finish(): void {
    const { disk } = this;
    disk.format ??= 'raw';
    if (this.#cdrom) {
      disk.removable = 1;
      disk.is_cdrom = 1;
      delete disk.readwrite;
      if (!disk.pdev_path) disk.format = 'empty';
    }
    if (disk.vdev === undefined) this.#fail('no vdev specified');
    else if (disk.pdev_path === undefined && disk.removable === undefined)
      this.#fail('no target specified (and device not removable)');
  }
}

/**
 * Reads a disk specification (xl-cfg reference §5).
 * @param words the pieces of one specification: one for an element of `disk=`, one per argument of block-attach
 */
export function parseDisk(words: string | readonly string[]): DiskResult {
  const list = typeof words === 'string' ? [words] : words;
  const parser = new DiskParser();
  let spec = '';
  for (const word of list) {
    spec = word;
    if (!parser.word(word)) return { ok: false, errors: parser.errors, spec };
  }
  parser.finish();
  if (parser.errors.length > 0) return { ok: false, errors: parser.errors, spec };
  return { ok: true, disk: parser.disk };
}

/** One line as printed on stderr. */
export function diskErrorText(source: string, spec: string, { what, near }: SpecError): string {
  const place = near === undefined ? '' : `: near \`${near}'`;
  return `${source}: config parsing error in disk specification: ${what}${place} in \`${spec}'`;
}
