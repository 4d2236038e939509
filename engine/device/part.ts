import type { PartSettings } from '../api/index.ts';
import type { Rules } from './fields.ts';
import type { DomainStruct } from './struct.ts';

export type PartKind = keyof PartSettings;

/** A value of xl.cfg; null takes the option away. */
export type OptionValue = string | number | boolean | readonly string[] | null;
export type Options = Readonly<Record<string, OptionValue>>;

/** A part that every domain has once, as a table of verbs over libxl's JSON of the domain. */
export interface Part<Kind extends PartKind> {
  readonly kind: Kind;
  readonly title: string;
  read(domain: DomainStruct): PartSettings[Kind];
  summary(settings: PartSettings[Kind]): string;
  rules(domain: DomainStruct): Rules<PartSettings[Kind]>;
  /** What the file has to say for these settings; those not given stay as `domain` has them. */
  options(changed: Partial<PartSettings[Kind]>, domain: DomainStruct): Options;
}
