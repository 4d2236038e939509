import { strtol } from './cnumber.ts';
import type { ConfigDocument, Setting, Value } from './syntax/document.ts';

export type WarningKind = 'warn-not-an-atom' | 'warn-not-a-list' | 'warn-not-a-number' | 'warn-bounds';
export type Warn = (kind: WarningKind, text: string, setting: Setting) => void;

const LONG_MIN = -(1n << 63n);
const LONG_MAX = (1n << 63n) - 1n;

/** Whether a failed reading prints its warning. */
type Loudness = 'loud' | 'quiet';

export type NumberResult =
  { readonly ok: true; readonly value: bigint } | { readonly ok: false; readonly unset: boolean };

/**
 * Reads settings with the warnings of the real tool (xl-cfg reference §3): a value of the wrong shape counts as
 * unset and is never fatal by itself. Warnings go to `warn`, each time a setting is read, as in the real tool.
 */
export class SettingReader {
  readonly source: string;
  readonly #settings: ReadonlyMap<string, Setting>;
  readonly #warn: Warn;

  constructor(document: Pick<ConfigDocument, 'source' | 'settings'>, warn: Warn) {
    this.source = document.source;
    this.#settings = document.settings;
    this.#warn = warn;
  }

  has(key: string): boolean {
    return this.#settings.has(key);
  }

  setting(key: string): Setting | undefined {
    return this.#settings.get(key);
  }

  #complain(kind: WarningKind, setting: Setting, what: string, loudness: Loudness): void {
    if (loudness === 'loud') this.#warn(kind, `${this.source}:${setting.line}: warning: ${what}`, setting);
  }

  #atom(key: string, loudness: Loudness): { text: string; setting: Setting } | undefined {
    const setting = this.#settings.get(key);
    if (setting === undefined) return undefined;
    if (typeof setting.value === 'string') return { text: setting.value, setting };
    const what = `parameter \`${key}' is a list but should be a single value`;
    this.#complain('warn-not-an-atom', setting, what, loudness);
    return undefined;
  }

  string(key: string, loudness: Loudness = 'loud'): string | undefined {
    return this.#atom(key, loudness)?.text;
  }

  /** Integer in any C base with bounds; `unset` tells an absent key from a bad value. */
  bounded(key: string, min: bigint, max: bigint, loudness: Loudness = 'loud'): NumberResult {
    if (!this.#settings.has(key)) return { ok: false, unset: true };
    const atom = this.#atom(key, loudness);
    if (atom === undefined) return { ok: false, unset: false };
    const { text, setting } = atom;
    const bad = (kind: WarningKind, what: string): NumberResult => {
      this.#complain(kind, setting, what, loudness);
      return { ok: false, unset: false };
    };
    if (setting.appended)
      return bad('warn-not-a-number', `can't use += with numbers for parameter \`${key}'`);
    const { value, end, overflow } = strtol(text, 0);
    if (overflow) {
      const what = `parameter \`${key}' could not be parsed as a number: Numerical result out of range`;
      return bad('warn-not-a-number', what);
    }
    if (end === 0 || end !== text.length)
      return bad('warn-not-a-number', `parameter \`${key}' is not a valid number`);
    if (value < min) return bad('warn-bounds', `value \`${value}' is smaller than minimum bound '${min}'`);
    if (value > max) return bad('warn-bounds', `value \`${value}' is greater than maximum bound '${max}'`);
    return { ok: true, value };
  }

  integer(key: string, loudness: Loudness = 'loud'): bigint | undefined {
    const result = this.bounded(key, LONG_MIN, LONG_MAX, loudness);
    return result.ok ? result.value : undefined;
  }

  /** Undefined stays "default". */
  boolean(key: string, loudness: Loudness = 'loud'): boolean | undefined {
    const value = this.integer(key, loudness);
    return value === undefined ? undefined : value !== 0n;
  }

  list(key: string, loudness: Loudness = 'loud'): readonly Value[] | undefined {
    const setting = this.#settings.get(key);
    if (setting === undefined) return undefined;
    if (typeof setting.value !== 'string') return setting.value;
    const what = `parameter \`${key}' is a single value but should be a list`;
    this.#complain('warn-not-a-list', setting, what, loudness);
    return undefined;
  }

  /** The elements up to the first that is no string; that one silently ends the list. */
  strings(key: string, loudness: Loudness = 'loud'): readonly string[] | undefined {
    const list = this.list(key, loudness);
    if (list === undefined) return undefined;
    const end = list.findIndex((item) => typeof item !== 'string');
    return (end < 0 ? list : list.slice(0, end)) as readonly string[];
  }
}
