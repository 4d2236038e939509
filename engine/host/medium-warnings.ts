import type { MediumInfo } from '../api/index.ts';

type Looked = Omit<MediumInfo, 'warnings'>;

/** Something about a medium that will not do on a host, and the sentence that says so. */
export type Concern = readonly [is: (medium: Looked) => boolean, says: (medium: Looked) => string];

/** The medium with what of it will not do. */
export const withWarnings = (looked: Looked, concerns: readonly Concern[]): MediumInfo => ({
  ...looked,
  warnings: concerns.filter(([is]) => is(looked)).map(([, says]) => says(looked).slice(0, 400)),
});
