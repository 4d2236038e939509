import { type DomainRecord, SERVER_FEATURES } from './domain.ts';
import { refusal } from './error.ts';
import { domainPath } from './path.ts';
import { OK } from './protocol.ts';
import { limitNames, parseQuotaName } from './quota.ts';
import { domidOf, leadingInteger, type Request } from './request.ts';

/* Requests about domains, features and quotas (xenstore reference §1). */

/** In place of a domain number: the caller itself. */
const DOMID_SELF = 0x7ff0;

function knownDomain(request: Request, text: string): DomainRecord {
  const domain = request.client.core.domains.get(domidOf(text));
  if (!domain) throw refusal('ENOENT');
  return domain;
}

function introducedDomain(request: Request, text: string): DomainRecord {
  const domain = knownDomain(request, text);
  if (!domain.introduced) throw refusal('ENOENT');
  return domain;
}

/** The only argument is an introduced domain; EINVAL for domain 0. */
function otherDomain(request: Request): DomainRecord {
  const text = request.only();
  if (domidOf(text) === 0) throw refusal('EINVAL');
  return introducedDomain(request, text);
}

/** `domid␀gfn␀port␀`; ENOENT for a domain the hypervisor does not have. */
export function introduce(request: Request): string {
  const [domid, gfn, port] = request.all();
  if (domid === undefined || gfn === undefined || port === undefined) throw refusal('EINVAL');
  const number = domidOf(domid);
  if (leadingInteger(port) <= 0) throw refusal('EINVAL');
  if (number !== 0) request.client.core.introduce(number);
  return OK;
}

export function release(request: Request): string {
  request.client.core.domainDestroyed(otherDomain(request).domid);
  return OK;
}

export function resume(request: Request): string {
  otherDomain(request).shutDown = false;
  return OK;
}

export function setTarget(request: Request): string {
  const [domid, target] = request.all();
  if (domid === undefined || target === undefined) throw refusal('EINVAL');
  const numbers = [domidOf(domid), domidOf(target)];
  const [domain, targetDomain] = numbers.map((number) => introducedDomain(request, String(number)));
  (domain as DomainRecord).targetDomid = (targetDomain as DomainRecord).domid;
  return OK;
}

export function isDomainIntroduced(request: Request): string {
  const domid = domidOf(request.only());
  const introduced = domid === DOMID_SELF || request.client.core.domains.get(domid)?.introduced === true;
  return introduced ? 'T\0' : 'F\0';
}

/** Tells the path for any number; nothing is said about whether there is such a domain. */
export function getDomainPath(request: Request): string {
  return `${domainPath(domidOf(request.only()))}\0`;
}

/** Without argument what the store offers the caller; with a domain number (privileged) what it offers that one. */
export function getFeature(request: Request): string {
  const args = request.all();
  if (args.length === 0) return `${request.client.domain.features}\0`;
  if (!request.client.asker.privileged) throw refusal('EACCES');
  if (args.length > 1) throw refusal('EINVAL');
  return `${knownDomain(request, args[0] as string).features}\0`;
}

/** EBUSY once the domain is introduced; EINVAL for features the store does not have. */
export function setFeature(request: Request): string {
  const args = request.all();
  if (args.length !== 2) throw refusal('EINVAL');
  const domain = knownDomain(request, args[0] as string);
  if (domain.introduced) throw refusal('EBUSY');
  const features = leadingInteger(args[1] as string);
  if ((features & ~SERVER_FEATURES) !== 0) throw refusal('EINVAL');
  domain.features = features;
  return OK;
}

/** No argument: the names of all limits; `quota␀`: the limit for all; `domid␀quota␀`: that of one domain. */
export function getQuota(request: Request): string {
  const args = request.all();
  if (args.length > 2) throw refusal('EINVAL');
  if (args.length === 0) return `${limitNames().join(' ')}\0`;
  const limits = args.length === 2 ? knownDomain(request, args[0] as string).limits : globalLimits(request);
  const quota = parseQuotaName(args.at(-1) as string);
  if (!quota) throw refusal('EINVAL');
  return `${quota.soft ? limits.soft(quota.name) : limits.hard(quota.name)}\0`;
}

/** `[domid␀]quota␀value␀`. */
export function setQuota(request: Request): string {
  const args = request.all();
  if (args.length < 2 || args.length > 3) throw refusal('EINVAL');
  const limits = args.length === 3 ? knownDomain(request, args[0] as string).limits : globalLimits(request);
  const quota = parseQuotaName(args.at(-2) as string);
  const limit = leadingInteger(args.at(-1) as string) >>> 0;
  if (!quota || limit === 0xffff_ffff) throw refusal('EINVAL');
  limits.set(quota.name, quota.soft, limit);
  return OK;
}

function globalLimits(request: Request): DomainRecord['limits'] {
  return request.client.core.domains.limits;
}
