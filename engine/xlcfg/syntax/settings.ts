import type { Assignment, Setting, Value, ValueNode } from './document.ts';

/** The value of a node without its positions. */
export function plainValue(node: ValueNode): Value {
  return node.kind === 'atom' ? node.text : node.items.map(plainValue);
}

const MIXED = `can't add [list] to "string" or vice versa`;

/** Collects assignments into settings: last wins, `+=` concatenates strings and appends lists (§2). */
export class SettingStore {
  readonly settings = new Map<string, Setting>();
  readonly #mixed: (reason: string) => void;

  constructor(mixed: (reason: string) => void) {
    this.#mixed = mixed;
  }

  /** @param strict whether a string/list mix is to be reported; otherwise it just replaces */
  assign({ key, op, value, line }: Assignment, strict: boolean): void {
    const next = plainValue(value);
    const before = op === '+=' ? this.settings.get(key)?.value : undefined;
    let merged = next;
    if (typeof before === 'string' && typeof next === 'string') merged = before + next;
    else if (Array.isArray(before) && Array.isArray(next)) {
      // The old setting goes out of reach, so its list can be extended in place: a file full of += stays linear.
      for (const item of next as Value[]) before.push(item);
      merged = before as Value[];
    } else if (before !== undefined && strict) {
      this.#mixed(MIXED);
      return;
    }
    this.settings.set(key, { key, value: merged, appended: op === '+=', line: value.line || line });
  }
}
