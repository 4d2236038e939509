import type { HardwareItem, HardwareScope } from '../../../engine/api/hardware.ts';

/** Where a change can be made, each with the reason when it cannot. */
export interface ScopeReasons {
  readonly live: string | null;
  readonly configured: string | null;
}

export interface ScopeOption {
  readonly value: HardwareScope;
  readonly title: string;
  readonly why: string | null;
}

export function scopeOptions({ live, configured }: ScopeReasons): ScopeOption[] {
  return [
    { value: 'both', title: 'Now and at every start', why: live ?? configured },
    { value: 'now', title: 'Now only', why: live },
    { value: 'next', title: 'From the next start on', why: configured },
  ];
}

/** What is meant when nobody says anything: as much as can be. null: nowhere. */
export const usualScope = (reasons: ScopeReasons): HardwareScope | null =>
  scopeOptions(reasons).find(({ why }) => why === null)?.value ?? null;

/** Why no setting of an item in a running domain can change at once; null when one can. */
export const whyNotLive = ({ fields }: Pick<HardwareItem, 'fields'>): string | null =>
  fields.some(({ editable }) => editable === 'live')
    ? null
    : 'Nothing of this changes while the domain runs: it takes effect at the next start.';
