import type { DomainInfo, DomainOperation, DomainState } from '../../engine/api/domain.ts';

/** What a glyph draws; each state has a shape of its own beside its colour. */
export type GlyphShape = 'disc' | 'bars' | 'ring' | 'square' | 'diamond' | 'cross' | 'busy';

export interface StateLook {
  readonly label: string;
  readonly shape: GlyphShape;
  /** Colour token; `TOKEN-soft` is its background. */
  readonly token: string;
}

/**
 * Running and blocked look the same: a guest that waits for work flips between them many times a second. The letters of
 * `xl list` are shown beside it for those who want to see it.
 */
export const stateLooks: Record<DomainState, StateLook> = {
  running: { label: 'Running', shape: 'disc', token: '--running' },
  blocked: { label: 'Running', shape: 'disc', token: '--running' },
  paused: { label: 'Paused', shape: 'bars', token: '--paused' },
  off: { label: 'Off', shape: 'ring', token: '--off' },
  shutdown: { label: 'Shut down', shape: 'square', token: '--off' },
  crashed: { label: 'Crashed', shape: 'diamond', token: '--crashed' },
  dying: { label: 'Dying', shape: 'cross', token: '--crashed' },
};

const operationLabels: Record<DomainOperation, string> = {
  creating: 'Creating…',
  starting: 'Starting…',
  pausing: 'Pausing…',
  unpausing: 'Continuing…',
  'shutting-down': 'Shutting down…',
  rebooting: 'Rebooting…',
  destroying: 'Forcing off…',
  removing: 'Deleting…',
  saving: 'Saving…',
  restoring: 'Restoring…',
  migrating: 'Migrating…',
  configuring: 'Changing…',
};

/** It stopped itself to be saved or moved (`---ss-` in `xl list`), and can be resumed. */
export const isSuspended = ({ state, letters }: Pick<DomainInfo, 'state' | 'letters'>): boolean =>
  state === 'shutdown' && letters[4] === 's';

const suspended: StateLook = { label: 'Suspended', shape: 'bars', token: '--paused' };

/** How a domain looks in a list, a tree row or a header: what is being done to it goes before what it is. */
export function lookOf(
  domain: Pick<DomainInfo, 'state' | 'letters'>,
  operation: DomainOperation | null,
): StateLook {
  if (operation) return { label: operationLabels[operation], shape: 'busy', token: '--info' };
  return isSuspended(domain) ? suspended : stateLooks[domain.state];
}

export const isLive = ({ state }: Pick<DomainInfo, 'state'>): boolean =>
  state === 'running' || state === 'blocked' || state === 'paused';
