import { dom0Uuid, DomusError } from '../../../api/index.ts';
import type { GuestConfig } from '../../../toolstack/guest-config.ts';
import type { XenContext } from '../host-context.ts';
import type { Definition } from '../model/definitions.ts';
import type { Live, XenDomain } from '../model/domain.ts';

/** A run whose configuration is known. */
export interface Running extends Live {
  readonly config: GuestConfig;
}

/** The domain whose hardware is looked at or changed: as it runs, and as its file says. */
export interface Subject {
  readonly domain: XenDomain;
  /** null: it is off, or it has ended. */
  readonly live: Running | null;
  readonly definition: Definition | null;
}

/** ERROR_DOMAIN_NOTFOUND; ERROR_INVAL for Domain-0; ERROR_NOT_READY when what runs could not be read yet. */
export function subjectOf(host: XenContext, id: string): Subject {
  if (id === dom0Uuid) {
    throw new DomusError('ERROR_INVAL', 'Domain-0 has the hardware of the host: there is nothing to change.');
  }
  const domain = host.domains.get(id);
  const { live, definition } = domain;
  if (!live || live.row.shutdownCode !== null) return { domain, live: null, definition };
  const { config } = live;
  if (config) return { domain, live: { ...live, config }, definition };
  throw new DomusError('ERROR_NOT_READY', `What ${domain.name} runs with is not read yet.`, {
    fix: 'Try again in a moment.',
  });
}
