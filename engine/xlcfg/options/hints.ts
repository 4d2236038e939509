import { SHUTDOWN_ACTIONS } from '../check/events.ts';
import type { Assignment, ConfigDocument } from '../syntax/document.ts';
import { plainValue } from '../syntax/settings.ts';
import { optionInfo, similarOption } from './index.ts';
import type { GuestType, OptionInfo } from './option.ts';

/** Advice the real tool does not give; never a reason to refuse a file. */
export interface Hint {
  readonly kind: 'unknown-option' | 'not-for-type' | 'deprecated' | 'overridden' | 'unknown-value';
  readonly key: string;
  readonly text: string;
  /** Where it is, as offsets into the text. */
  readonly start: number;
  readonly end: number;
  /** What to write in place of that text, when there is an obvious answer. */
  readonly replacement?: string;
}

/** Options whose values are compared without regard to case (xl-cfg reference §3). */
const EXACT_CASE = new Set(['type', 'builder', 'vga', 'device_model_version', 'ms_vm_genid']);

function knownValue(option: OptionInfo, value: string): boolean {
  if (option.values === undefined || option.kind !== 'choice') return true;
  if (option.key.startsWith('on_')) return Object.hasOwn(SHUTDOWN_ACTIONS, value);
  if (/^-?[0-9]/.test(value)) return true;
  const exact = EXACT_CASE.has(option.key);
  const written = exact ? value : value.toLowerCase();
  return option.values.some((known) => (exact ? known : known.toLowerCase()) === written);
}

function about(assignment: Assignment, type: GuestType | undefined): Omit<Hint, 'key'> | undefined {
  const { key, keySpan, value } = assignment;
  const option = optionInfo(key);
  if (option === undefined) {
    const similar = similarOption(key);
    const text = `xl knows no option "${key}" and will ignore it`;
    return similar === undefined
      ? { kind: 'unknown-option', text, ...keySpan }
      : {
          kind: 'unknown-option',
          text: `${text}. Did you mean "${similar}"?`,
          ...keySpan,
          replacement: similar,
        };
  }
  if (option.insteadUse !== undefined)
    return { kind: 'deprecated', text: `"${key}" is old: use ${option.insteadUse}`, ...keySpan };
  if (type !== undefined && !option.guests.includes(type))
    return {
      kind: 'not-for-type',
      text: `"${key}" means nothing to a ${type.toUpperCase()} guest`,
      ...keySpan,
    };
  const plain = plainValue(value);
  if (typeof plain !== 'string' || knownValue(option, plain)) return undefined;
  const text = `"${plain}" is none of ${(option.values ?? []).join(', ')}`;
  return { kind: 'unknown-value', text, start: value.start, end: value.end };
}

/** Most hints given for one file. */
const MAX_HINTS = 500;

/**
 * What an editor should point out besides errors.
 * @param type the guest type, when it is known; options for other types are hinted at then
 */
export function configHints(document: ConfigDocument, type?: GuestType): Hint[] {
  const hints: Hint[] = [];
  const lastOf = new Map(document.assignments.map((assignment) => [assignment.key, assignment]));
  for (const assignment of document.assignments) {
    if (hints.length >= MAX_HINTS) break;
    const { key, keySpan, op } = assignment;
    const hint = about(assignment, type);
    if (hint !== undefined) hints.push({ key, ...hint });
    const last = lastOf.get(key);
    if (last !== assignment && last?.op === '=' && op === '=')
      hints.push({
        kind: 'overridden',
        key,
        text: `"${key}" is set again below; this one has no effect`,
        ...keySpan,
      });
  }
  return hints;
}
