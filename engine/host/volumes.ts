import { type DomainVolume, DomusError } from '../api/index.ts';

/** May all of these paths go? ERROR_INVAL, field `volumes`, for one that is not among `volumes` or must stay. */
export function checkDeletable(volumes: readonly DomainVolume[], paths: readonly string[]): void {
  for (const path of paths) {
    const why = volumes.find((volume) => volume.path === path)?.why;
    if (why === null) continue;
    throw new DomusError('ERROR_INVAL', `${path} is not deleted: ${why ?? 'it is no disk of the domain.'}`, {
      field: 'volumes',
      fix: 'Nothing was deleted. Leave it out.',
    });
  }
}

/** The sentence for what is left when a definition is gone and some of its storage could not be deleted; null: nothing is. */
export const leftover = (failed: readonly string[]): string | null =>
  failed.length === 0
    ? null
    : `Not all of its storage could be deleted: ${failed.join('; ').replace(/\.$/, '')}. Delete it by hand.`;
