import { atoi } from '../cnumber.ts';

/** A disk as libxl's JSON names it. `readwrite`, `removable` and `is_cdrom` are 0 or 1; absent means 0 or unset. */
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
  discard_enable?: 'True' | 'False';
  specification?: 'xen' | 'virtio';
  colo_enable?: 'True' | 'False';
  colo_host?: string;
  colo_port?: number;
  colo_export?: string;
  active_disk?: string;
  hidden_disk?: string;
  trusted?: 'True' | 'False';
  grant_usage?: 'True' | 'False';
}

export interface SpecError {
  /** What is wrong, in the real tool's words. */
  readonly what: string;
  /** The text it is about. */
  readonly near?: string;
}

export type DiskResult =
  | { readonly ok: true; readonly disk: Disk }
  | { readonly ok: false; readonly errors: readonly SpecError[]; readonly spec: string };

type DiskString = 'backend_domname' | 'pdev_path' | 'vdev' | 'script' | 'colo_host' | 'colo_export';
type DiskText = DiskString | 'active_disk' | 'hidden_disk';
type Flag = readonly [field: keyof Disk | 'cdrom', value: string | boolean];

const FORMATS = ['raw', 'qcow', 'qcow2', 'vhd', 'empty', 'qed'];
const BACKENDS = ['phy', 'tap', 'qdisk', 'standalone'];
const SPECIFICATIONS = ['xen', 'virtio'];
const READ_ONLY = ['r', 'ro'];
const READ_WRITE = ['rw', 'w', ''];

const TEXT_KEYS: Readonly<Record<string, readonly [what: string, field: DiskText]>> = {
  backend: ['backend', 'backend_domname'],
  vdev: ['vdev', 'vdev'],
  script: ['script', 'script'],
  'colo-host': ['colo-host', 'colo_host'],
  'colo-export': ['colo-export', 'colo_export'],
  'active-disk': ['active-disk', 'active_disk'],
  'hidden-disk': ['hidden-disk', 'hidden_disk'],
};

const FLAGS: Readonly<Record<string, Flag>> = {
  cdrom: ['cdrom', true],
  'devtype=cdrom': ['cdrom', true],
  'devtype=disk': ['cdrom', false],
  'direct-io-safe': ['direct_io_safe', true],
  discard: ['discard_enable', 'True'],
  'no-discard': ['discard_enable', 'False'],
  colo: ['colo_enable', 'True'],
  'no-colo': ['colo_enable', 'False'],
  trusted: ['trusted', 'True'],
  untrusted: ['trusted', 'False'],
  'grant_usage=1': ['grant_usage', 'True'],
  'grant_usage=0': ['grant_usage', 'False'],
};

const FORMAT_PREFIXES = ['raw', 'qcow', 'qcow2', 'vhd'];
const SCRIPT_PREFIXES = ['iscsi', 'nbd', 'enbd', 'drbd'];
const DROPPED_PREFIXES = ['tapdisk', 'tap', 'tap2', 'aio', 'ioemu', 'file', 'phy'];

const PREFIX = /[a-z][a-z0-9]*:/y;
const ONE_CHARACTER_VALUE = /[a-z][-a-z0-9]*=[^,],?/y;
const PLAIN_RUN = /[^=,]*/y;

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

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

  /** Reads one word; false when nothing more is to be read because of an error. */
  word(spec: string): boolean {
    let at = 0;
    let lineEnd = -1;
    while (at < spec.length) {
      if (lineEnd < at) {
        lineEnd = spec.indexOf('\n', at);
        if (lineEnd < 0) lineEnd = spec.length;
      }
      const next = this.#token(spec, at, lineEnd);
      if (next === undefined) break;
      at = next;
    }
    return this.errors.length === 0;
  }

  /**
   * The longest of the possible readings wins, the earlier kind on a tie; reading a prefix or a blank counts as
   * reading the whole line (xl-cfg reference §5). Returns where the next token starts, undefined to stop.
   */
  #token(spec: string, at: number, lineEnd: number): number | undefined {
    const blanks = this.#skipBlanks(spec, at, lineEnd);
    if (blanks !== undefined) return blanks;
    const comma = spec.indexOf(',', at);
    const valueEnd = comma < 0 ? spec.length : comma;
    const after = Math.min(valueEnd + 1, spec.length);
    const chunk = spec.slice(at, valueEnd);
    const equals = chunk.indexOf('=');
    if (equals >= 0) return this.#keyed(spec, at, lineEnd, chunk, equals, after);
    if (this.#flag(chunk)) return after;
    const prefix = this.#prefix(spec, at, lineEnd, after);
    if (prefix !== 'none') return prefix;
    return this.#positional(chunk) ? after : undefined;
  }

  /** Blanks before a parameter are skipped unless a longer positional starts with them. */
  #skipBlanks(spec: string, at: number, lineEnd: number): number | undefined {
    let end = at;
    while (end < spec.length && ' \t\n'.includes(spec[end] as string)) end++;
    if (end === at) return undefined;
    const stop = end > lineEnd ? spec.indexOf('\n', end) : lineEnd;
    const skipped = stop < 0 ? spec.length : Math.max(end, stop);
    const positional = (matchAt(PLAIN_RUN, spec, at) as string).length + at;
    const positionalEnd = spec[positional] === ',' ? positional + 1 : positional;
    return positionalEnd > skipped ? undefined : end;
  }

  #flag(chunk: string): boolean {
    const flag = Object.hasOwn(FLAGS, chunk) ? FLAGS[chunk] : undefined;
    if (flag === undefined) return false;
    const [field, value] = flag;
    if (field === 'cdrom') this.#cdrom = value === true;
    else Object.assign(this.disk, { [field]: value });
    return true;
  }

  #keyed(
    spec: string,
    at: number,
    lineEnd: number,
    chunk: string,
    equals: number,
    after: number,
  ): number | undefined {
    const key = chunk.slice(0, equals);
    const value = chunk.slice(equals + 1);
    if (key === 'target') {
      const rest = spec.slice(at + equals + 1, lineEnd);
      this.#text('target', 'pdev_path', rest.endsWith(',') ? rest.slice(0, -1) : rest);
      return lineEnd;
    }
    if (this.#known(key, value, chunk, after > at + chunk.length)) return after;
    const unknown = matchAt(ONE_CHARACTER_VALUE, spec, at);
    if (unknown !== undefined) {
      this.#fail('unknown parameter', unknown);
      return at + unknown.length;
    }
    const prefix = this.#prefix(spec, at, lineEnd, at + key.length);
    if (prefix !== 'none') return prefix;
    return this.#beforeEquals(spec, at, lineEnd, key);
  }

  /** What stands before a `=` that belongs to no key is read as a word of its own; the `=` then is bad syntax. */
  #beforeEquals(spec: string, at: number, lineEnd: number, word: string): number | undefined {
    if (word !== '') {
      if (!this.#flag(word) && !this.#positional(word)) return undefined;
      return at + word.length;
    }
    // Quirk: a `=` as the very last character vanishes without a word.
    if (at + 1 < spec.length) this.#fail('bad disk syntax', spec.slice(at, Math.max(lineEnd, at + 1)));
    return undefined;
  }

  #known(key: string, value: string, chunk: string, comma: boolean): boolean {
    const text = Object.hasOwn(TEXT_KEYS, key) ? TEXT_KEYS[key] : undefined;
    if (text !== undefined) this.#text(text[0], text[1], value);
    else if (key === 'format') this.#format(value);
    else if (key === 'access') this.#access(value);
    else if (key === 'backendtype') this.#choice('backend', BACKENDS, 'backendtype', value);
    else if (key === 'specification') this.#choice('specification', SPECIFICATIONS, 'specification', value);
    else if (key === 'colo-port') this.#coloPort(value);
    else if (this.#flag(chunk)) return true;
    else if (key === 'devtype') this.#fail('unknown value for type', comma ? `${chunk},` : chunk);
    else return false;
    return true;
  }

  #text(what: string, field: DiskText, value: string): void {
    if (this.disk[field]) this.#fail(`${what} respecified`, value);
    else this.disk[field] = value;
  }

  #choice(
    field: 'backend' | 'format' | 'specification',
    allowed: readonly string[],
    what: string,
    value: string,
  ): void {
    const before = this.disk[field];
    if (!allowed.includes(value)) this.#fail(`unknown value for ${what}`, value);
    else if (before !== undefined && before !== value) this.#fail(`${field} respecified`, value);
    else Object.assign(this.disk, { [field]: value });
  }

  #format(value: string): void {
    if (value !== '') return this.#choice('format', FORMATS, 'format', value);
    const before = this.disk.format;
    if (before !== undefined && before !== 'raw') this.#fail('format respecified', value);
    else this.disk.format = 'raw';
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

  /** A deprecated prefix such as `tap:aio:`. `none` when there is none or a longer positional hides it. */
  #prefix(spec: string, at: number, lineEnd: number, positionalEnd: number): number | undefined | 'none' {
    const match = matchAt(PREFIX, spec, at);
    if (match === undefined || at + match.length > lineEnd) return 'none';
    const name = match.slice(0, -1);
    const end = at + match.length;
    const known = this.#knownPrefix(name, positionalEnd <= lineEnd);
    if (known) return end;
    const follower = spec[end];
    if (follower === undefined) return this.#unknownPrefix(match);
    if (/[a-z0-9]/.test(follower)) return 'none';
    return positionalEnd <= Math.max(lineEnd, end + 1) ? this.#unknownPrefix(match) : 'none';
  }

  #unknownPrefix(match: string): undefined {
    this.#fail('unknown deprecated disk prefix', match);
    return undefined;
  }

  #knownPrefix(name: string, wins: boolean): boolean {
    if (!wins) return false;
    if (FORMAT_PREFIXES.includes(name)) this.#format(name);
    else if (SCRIPT_PREFIXES.includes(name)) this.#text('script', 'script', `block-${name}`);
    else if (!DROPPED_PREFIXES.includes(name)) return false;
    this.#prefixed = true;
    return true;
  }

  /** Fills the first free slot of target, format, vdev, access; false when there is none left. */
  #positional(value: string): boolean {
    const { disk } = this;
    if (this.errors.length > 0) return true;
    if (disk.pdev_path === undefined) this.#text('target', 'pdev_path', value);
    else if (!this.#prefixed && disk.format === undefined) {
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
