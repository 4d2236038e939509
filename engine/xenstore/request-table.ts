import { control } from './control.ts';
import {
  getDomainPath,
  getFeature,
  getQuota,
  introduce,
  isDomainIntroduced,
  release,
  resume,
  setFeature,
  setQuota,
  setTarget,
} from './request-domain.ts';
import {
  directory,
  directoryPart,
  getPermissions,
  makeNode,
  read,
  removeNode,
  setNodePermissions,
  transactionEnd,
  transactionStart,
  writeNode,
} from './request-node.ts';
import { resetWatches, unwatch, watch } from './request-watch.ts';
import type { Request } from './request.ts';
import { MESSAGE, type MessageName } from './protocol.ts';

export interface RequestKind {
  readonly name: MessageName;
  /** Only domain 0 and local clients; others get EACCES. */
  readonly privileged: boolean;
  /** The transaction id of the message does not matter. */
  readonly ignoresTransaction: boolean;
  /** The payload of the reply, a byte string. Throws a refusal. */
  answer(request: Request): string;
}

function kind(
  name: MessageName,
  answer: RequestKind['answer'],
  flags: Partial<Pick<RequestKind, 'privileged' | 'ignoresTransaction'>> = {},
): RequestKind {
  return { name, privileged: false, ignoresTransaction: false, ...flags, answer };
}

const PRIVILEGED = { privileged: true };
const OUTSIDE = { ignoresTransaction: true };

const KINDS: readonly RequestKind[] = [
  kind('CONTROL', control, PRIVILEGED),
  kind('DIRECTORY', directory),
  kind('READ', read),
  kind('GET_PERMS', getPermissions),
  kind('WATCH', watch, OUTSIDE),
  kind('UNWATCH', unwatch, OUTSIDE),
  kind('TRANSACTION_START', transactionStart),
  kind('TRANSACTION_END', transactionEnd),
  kind('INTRODUCE', introduce, PRIVILEGED),
  kind('RELEASE', release, PRIVILEGED),
  kind('GET_DOMAIN_PATH', getDomainPath),
  kind('WRITE', writeNode),
  kind('MKDIR', makeNode),
  kind('RM', removeNode),
  kind('SET_PERMS', setNodePermissions),
  kind('IS_DOMAIN_INTRODUCED', isDomainIntroduced, PRIVILEGED),
  kind('RESUME', resume, PRIVILEGED),
  kind('SET_TARGET', setTarget, PRIVILEGED),
  kind('RESET_WATCHES', resetWatches),
  kind('DIRECTORY_PART', directoryPart),
  kind('GET_FEATURE', getFeature),
  kind('SET_FEATURE', setFeature, PRIVILEGED),
  kind('GET_QUOTA', getQuota, PRIVILEGED),
  kind('SET_QUOTA', setQuota, PRIVILEGED),
];

const BY_TYPE: (RequestKind | undefined)[] = [];
for (const entry of KINDS) BY_TYPE[MESSAGE[entry.name]] = entry;

/** The kind of request with that type number; undefined = ENOSYS. */
export function requestKind(type: number): RequestKind | undefined {
  return BY_TYPE[type];
}
