/**
 * The pieces of a disk specification (xl-cfg reference §5). Every way to read the text at a position has a length;
 * the longest wins, the earlier kind on a tie. A prefix and blanks before a parameter count as long as the rest of
 * the line, which is why `tap:aio:/a` is a prefix and not a target.
 */

/** Where a parsed value goes; the values of named parameters run up to the next comma. */
export const DISK_KEYS = [
  'format',
  'devtype',
  'access',
  'backend',
  'backendtype',
  'specification',
  'vdev',
  'script',
  'colo-host',
  'colo-port',
  'colo-export',
  'active-disk',
  'hidden-disk',
] as const;
export type DiskKey = (typeof DISK_KEYS)[number];

export const DISK_FLAGS = [
  'cdrom',
  'devtype=cdrom',
  'devtype=disk',
  'direct-io-safe',
  'discard',
  'no-discard',
  'colo',
  'no-colo',
  'trusted',
  'untrusted',
  'grant_usage=1',
  'grant_usage=0',
] as const;
export type DiskFlag = (typeof DISK_FLAGS)[number];

export const FORMAT_PREFIXES: readonly string[] = ['raw', 'qcow', 'qcow2', 'vhd'];
export const SCRIPT_PREFIXES: readonly string[] = ['iscsi', 'nbd', 'enbd', 'drbd'];
const DROPPED_PREFIXES: readonly string[] = ['tapdisk', 'tap', 'tap2', 'aio', 'ioemu', 'file', 'phy'];

export type DiskToken =
  | { readonly kind: 'blank' }
  | { readonly kind: 'flag'; readonly flag: DiskFlag }
  | { readonly kind: 'named'; readonly key: DiskKey; readonly value: string; readonly text: string }
  | { readonly kind: 'target'; readonly value: string }
  | { readonly kind: 'unknown'; readonly text: string }
  | { readonly kind: 'prefix'; readonly name: string }
  | { readonly kind: 'unknown-prefix'; readonly text: string }
  | { readonly kind: 'positional'; readonly value: string }
  | { readonly kind: 'bad'; readonly text: string };

interface Candidate {
  readonly token: DiskToken;
  /** Where the next token starts. */
  readonly next: number;
  /** What counts for the choice; larger than what is consumed where text after the token has to fit. */
  readonly reach: number;
}

const BLANKS = /[ \t\n]+/y;
const UNKNOWN = /[a-z][-a-z0-9]*=[^,],?/y;
const PREFIX = /[a-z][a-z0-9]*:/y;
const PLAIN = /[^=,]*/y;
const LETTER_OR_DIGIT = /[a-z0-9]/;

function matchAt(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? '';
}

function without(text: string, ending: string): string {
  return text.endsWith(ending) ? text.slice(0, -ending.length) : text;
}

export class DiskLexer {
  readonly #spec: string;
  #at = 0;
  #lineEnd = -1;

  constructor(spec: string) {
    this.#spec = spec;
  }

  /** The next token, or undefined at the end. */
  next(): DiskToken | undefined {
    if (this.#at >= this.#spec.length) return undefined;
    let best: Candidate | undefined;
    for (const candidate of this.#candidates(this.#at))
      if (candidate !== undefined && candidate.reach > (best?.reach ?? this.#at)) best = candidate;
    if (best === undefined) return this.#bad();
    this.#at = best.next;
    return best.token;
  }

  /** End of the line on which `at` lies; remembered, since a long line is asked about for each of its tokens. */
  #endOfLine(at: number): number {
    if (this.#lineEnd < at) {
      const newline = this.#spec.indexOf('\n', at);
      this.#lineEnd = newline < 0 ? this.#spec.length : newline;
    }
    return this.#lineEnd;
  }

  #candidates(at: number): (Candidate | undefined)[] {
    const spec = this.#spec;
    const comma = spec.indexOf(',', at);
    const valueEnd = comma < 0 ? spec.length : comma;
    const next = Math.min(valueEnd + 1, spec.length);
    return [
      this.#blank(at),
      this.#flag(at),
      this.#named(at, valueEnd, next),
      this.#target(at),
      this.#unknown(at),
      this.#knownPrefix(at),
      this.#unknownPrefix(at),
      this.#positional(at),
    ];
  }

  #blank(at: number): Candidate | undefined {
    const length = matchAt(BLANKS, this.#spec, at).length;
    if (length === 0) return undefined;
    const next = at + length;
    return { token: { kind: 'blank' }, next, reach: next < this.#spec.length ? this.#endOfLine(next) : next };
  }

  #flag(at: number): Candidate | undefined {
    const spec = this.#spec;
    let best: DiskFlag | undefined;
    for (const flag of DISK_FLAGS)
      if (spec.startsWith(flag, at) && flag.length > (best?.length ?? 0)) best = flag;
    if (best === undefined) return undefined;
    const end = at + best.length;
    const next = spec[end] === ',' ? end + 1 : end;
    return { token: { kind: 'flag', flag: best }, next, reach: next };
  }

  #named(at: number, valueEnd: number, next: number): Candidate | undefined {
    const spec = this.#spec;
    const key = DISK_KEYS.find((name) => spec.startsWith(name, at) && spec[at + name.length] === '=');
    if (key === undefined) return undefined;
    const value = spec.slice(at + key.length + 1, valueEnd);
    return { token: { kind: 'named', key, value, text: spec.slice(at, next) }, next, reach: next };
  }

  /** Takes the whole rest of the line, commas included. */
  #target(at: number): Candidate | undefined {
    const spec = this.#spec;
    if (!spec.startsWith('target=', at)) return undefined;
    const end = this.#endOfLine(at);
    const value = without(spec.slice(at + 'target='.length, end), ',');
    return { token: { kind: 'target', value }, next: end, reach: end };
  }

  #unknown(at: number): Candidate | undefined {
    const text = matchAt(UNKNOWN, this.#spec, at);
    if (text === '') return undefined;
    const next = at + text.length;
    return { token: { kind: 'unknown', text }, next, reach: next };
  }

  #knownPrefix(at: number): Candidate | undefined {
    const text = matchAt(PREFIX, this.#spec, at);
    const name = without(text, ':');
    const known = [FORMAT_PREFIXES, SCRIPT_PREFIXES, DROPPED_PREFIXES].some((names) => names.includes(name));
    if (text === '' || !known) return undefined;
    const next = at + text.length;
    return { token: { kind: 'prefix', name }, next, reach: Math.max(next, this.#endOfLine(next)) };
  }

  /** A word with a colon is no prefix when a letter or digit follows, unless nothing longer can be read. */
  #unknownPrefix(at: number): Candidate | undefined {
    const spec = this.#spec;
    const text = matchAt(PREFIX, spec, at);
    if (text === '') return undefined;
    const next = at + text.length;
    const follower = spec[next];
    const token: DiskToken = { kind: 'unknown-prefix', text };
    if (follower === undefined || LETTER_OR_DIGIT.test(follower)) return { token, next, reach: next };
    const newline = spec.indexOf('\n', next + 1);
    return { token, next, reach: newline < 0 ? spec.length : newline };
  }

  #positional(at: number): Candidate | undefined {
    const value = matchAt(PLAIN, this.#spec, at);
    const end = at + value.length;
    const comma = this.#spec[end] === ',';
    if (value === '' && !comma) return undefined;
    const next = comma ? end + 1 : end;
    return { token: { kind: 'positional', value }, next, reach: next };
  }

  /** A `=` that belongs to nothing; as the very last character it vanishes without a word, as in the real tool. */
  #bad(): DiskToken | undefined {
    const at = this.#at;
    this.#at = this.#spec.length;
    if (at + 1 >= this.#spec.length) return undefined;
    return { kind: 'bad', text: this.#spec.slice(at, Math.max(at + 1, this.#endOfLine(at))) };
  }
}
