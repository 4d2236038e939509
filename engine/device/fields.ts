import type { FieldValue, HardwareField } from '../api/index.ts';

/** How a setting is changed: in the running domain at once, for the next start only, or not at all, and why. */
export type Rule = 'live' | 'restart' | { readonly no: string };
export type Rules<Settings> = Readonly<Record<keyof Settings & string, Rule>>;
export type Values = Readonly<Record<string, FieldValue>>;

/** What of a device there is: in the running domain, in the file. */
export interface Sides<Settings> {
  readonly live: Settings | undefined;
  readonly configured: Settings | undefined;
  /** Has the domain a file at all? */
  readonly hasFile: boolean;
}

const onlyLive =
  'Only the running domain has this device: take it out and add it again to change that, or add it to the configuration.';
const noFile = 'The domain has no configuration file, so that there is no next start to change this for.';

function editable(rule: Rule, sides: Sides<unknown>): Pick<HardwareField, 'editable' | 'why'> {
  if (typeof rule === 'object') return { editable: 'no', why: rule.no };
  if (rule === 'live' && sides.live !== undefined) return { editable: 'live' };
  if (sides.configured !== undefined) return { editable: 'restart' };
  return { editable: 'no', why: sides.hasFile ? onlyLive : noFile };
}

/** The fields of one item, in the order of its rules. Settings without a value on a side are left out there. */
export function fieldsOf<Settings extends Values>(
  rules: Rules<Settings>,
  sides: Sides<Settings>,
): HardwareField[] {
  return Object.entries<Rule>(rules).map(([name, rule]) => {
    const live = sides.live?.[name];
    const configured = sides.configured?.[name];
    return {
      name,
      ...(live === undefined ? {} : { live }),
      ...(configured === undefined ? {} : { configured }),
      ...editable(rule, sides),
    };
  });
}

/** Fields that are only shown. */
export function shown(why: string, live: Values, configured: Values = {}): HardwareField[] {
  const names = [...new Set([...Object.keys(live), ...Object.keys(configured)])];
  return names.map((name) => ({
    name,
    ...(live[name] === undefined ? {} : { live: live[name] }),
    ...(configured[name] === undefined ? {} : { configured: configured[name] }),
    editable: 'no',
    why,
  }));
}

/** Does the file say something else than what runs? */
export const isPending = ({ live, configured }: HardwareField): boolean =>
  live !== undefined && configured !== undefined && live !== configured;
