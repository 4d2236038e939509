/** The shape of the option tables: they feed forms, documentation, completion and the hints of the editor. */

/**
 * How a value is read (xl-cfg reference §3). `choice` is one of `values`; `either` takes one text or a list of
 * texts; `devices` is a list of specifications in a language of its own.
 */
export type OptionKind = 'text' | 'integer' | 'boolean' | 'choice' | 'list' | 'either' | 'devices';

export type GuestType = 'pv' | 'pvh' | 'hvm';

export interface OptionInfo {
  readonly key: string;
  readonly kind: OptionKind;
  /** Guest types the option means something to. */
  readonly guests: readonly GuestType[];
  /** The default as a person would write it; absent when there is none or the host decides. */
  readonly preset?: string;
  /** One line for people. */
  readonly summary: string;
  readonly values?: readonly string[];
  readonly unit?: 'MiB' | 'KiB' | '%' | 's';
  /** Old options still read, with what to use instead. */
  readonly insteadUse?: string;
}

export interface OptionGroup {
  readonly title: string;
  readonly options: readonly OptionInfo[];
}

const GUESTS: Readonly<Record<string, readonly GuestType[]>> = {
  A: ['pv', 'pvh', 'hvm'],
  H: ['hvm'],
  V: ['pv'],
  X: ['pvh'],
  h: ['pvh', 'hvm'],
  v: ['pv', 'pvh'],
};

type More = Partial<Pick<OptionInfo, 'preset' | 'values' | 'unit' | 'insteadUse'>>;
/** Key, kind, guest types by letter as in the reference (A all, H, V, X, h = HVM and PVH, v = PV and PVH), summary. */
export type Row = readonly [
  key: string,
  kind: OptionKind,
  guests: 'A' | 'H' | 'V' | 'X' | 'h' | 'v',
  summary: string,
  more?: More,
];

export function group(title: string, rows: readonly Row[]): OptionGroup {
  const options = rows.map(([key, kind, guests, summary, more]): OptionInfo => ({
    key,
    kind,
    guests: GUESTS[guests] as readonly GuestType[],
    summary,
    ...more,
  }));
  return { title, options };
}
