import { dom0Uuid, DomusError, type ErrorCode } from '../../../api/index.ts';
import type { Errno, Refusal } from '../../../hypervisor/index.ts';
import type { LiveDomain } from '../../../toolstack/live-domain.ts';
import type { HostContext } from '../context.ts';
import type { ManagedDomain } from '../managed-domain.ts';

/** A live domain that dom0's tools work on; Domain-0 has neither a `domain` nor a `live`. */
export interface Target {
  readonly domid: number;
  readonly name: string;
  readonly domain: ManagedDomain | null;
  readonly live: LiveDomain | null;
}

/** The live domain of that identity, Domain-0 included. ERROR_DOMAIN_NOTFOUND; ERROR_INVAL when it is off. */
export function liveTarget(host: HostContext, id: string): Target {
  if (id === dom0Uuid) return { domid: 0, name: 'Domain-0', domain: null, live: null };
  const { domain, live } = liveGuest(host, id);
  return { domid: live.domid, name: domain.name, domain, live };
}

/** The same for commands that are for guests only: ERROR_INVAL for Domain-0. */
export function liveGuest(host: HostContext, id: string): { domain: ManagedDomain; live: LiveDomain } {
  const domain = host.domains.get(id);
  const { live } = domain;
  if (live) return { domain, live };
  throw new DomusError('ERROR_INVAL', `${domain.name} is off.`, { fix: 'Start it first.' });
}

/** A guest that has not ended. */
export function runningGuest(host: HostContext, id: string): { domain: ManagedDomain; live: LiveDomain } {
  const { domain, live } = liveGuest(host, id);
  if (live.alive) return { domain, live };
  throw new DomusError('ERROR_INVAL', `${domain.name} has ended: there is no guest to do that to.`, {
    fix: 'Force it off, then start it.',
  });
}

const codes: Partial<Record<Errno, ErrorCode>> = {
  ENOENT: 'ERROR_NOTFOUND',
  ESRCH: 'ERROR_DOMAIN_NOTFOUND',
  ENOMEM: 'ERROR_NOMEM',
  EINVAL: 'ERROR_INVAL',
  EEXIST: 'ERROR_DEVICE_EXISTS',
};

/** A refusal of the hypervisor in libxl's numbers. */
export function refused(refusal: Refusal, more: { fix?: string; field?: string } = {}): DomusError {
  return new DomusError(codes[refusal.errno] ?? 'ERROR_FAIL', refusal.message, more);
}

/** The value of a result; throws the refusal as a DomusError. */
export function must<T>(
  result: { readonly ok: true; readonly value: T } | Refusal,
  more: { fix?: string; field?: string } = {},
): T {
  if (!result.ok) throw refused(result, more);
  return result.value;
}
