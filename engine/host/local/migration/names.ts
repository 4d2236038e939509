import { DomusError } from '../../../api/index.ts';

/** The contract's 256 less the longest ending (`--migratedaway`). */
const longestName = 240;

/** ERROR_INVAL for a name that leaves no room for the endings of a migration. */
export function checkNameLength(name: string): void {
  if (name.length <= longestName) return;
  throw new DomusError(
    'ERROR_INVAL',
    `A domain that migrates may have a name of at most ${longestName} characters.`,
    { field: 'name', fix: 'Rename it first.' },
  );
}
