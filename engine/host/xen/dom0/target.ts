import { dom0Uuid, DomusError } from '../../../api/index.ts';
import type { XenContext } from '../host-context.ts';
import type { Live, XenDomain } from '../model/domain.ts';

/** A live domain that dom0's tools work on; Domain-0 is no `domain`. */
export interface Target {
  readonly domid: string;
  readonly name: string;
  readonly domain: XenDomain | null;
}

/** ERROR_INVAL when it is off. */
export function liveGuest(host: XenContext, id: string): { domain: XenDomain; live: Live } {
  const domain = host.domains.get(id);
  const { live } = domain;
  if (live) return { domain, live };
  throw new DomusError('ERROR_INVAL', `${domain.name} is off.`, { fix: 'Start it first.' });
}

/** The live domain of that identity, Domain-0 included. ERROR_DOMAIN_NOTFOUND; ERROR_INVAL when it is off. */
export function liveTarget(host: XenContext, id: string): Target {
  if (id === dom0Uuid) return { domid: '0', name: 'Domain-0', domain: null };
  const { domain, live } = liveGuest(host, id);
  return { domid: String(live.domid), name: domain.name, domain };
}

/** A guest that has not ended. */
export function runningGuest(host: XenContext, id: string): { domain: XenDomain; live: Live } {
  const found = liveGuest(host, id);
  if (found.live.row.shutdownCode === null) return found;
  throw new DomusError('ERROR_INVAL', `${found.domain.name} has ended: there is no guest to do that to.`, {
    fix: 'Force it off, then start it.',
  });
}
