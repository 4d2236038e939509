/** Error names of the wire (xenstore reference §1). Anything else the daemon would send as EINVAL. */
export const ERROR_NAMES = [
  'EINVAL',
  'EACCES',
  'EEXIST',
  'EISDIR',
  'ENOENT',
  'ENOMEM',
  'ENOSPC',
  'EIO',
  'ENOTEMPTY',
  'ENOSYS',
  'EROFS',
  'EBUSY',
  'EAGAIN',
  'EISCONN',
  'E2BIG',
  'EPERM',
] as const;

export type ErrorName = (typeof ERROR_NAMES)[number];

const SENTENCES: Readonly<Record<ErrorName, string>> = {
  EINVAL: 'invalid path or argument',
  EACCES: 'permission denied',
  EEXIST: 'already exists',
  EISDIR: 'is a directory',
  ENOENT: 'no such node',
  ENOMEM: 'out of memory allowance',
  ENOSPC: 'quota exceeded',
  EIO: 'input/output error',
  ENOTEMPTY: 'not empty',
  ENOSYS: 'no such request',
  EROFS: 'read-only',
  EBUSY: 'busy',
  EAGAIN: 'a node of the transaction changed meanwhile',
  EISCONN: 'already connected',
  E2BIG: 'too big for one message',
  EPERM: 'not the owner',
};

/** What the in-process API throws. `code` is stable; `message` is a sentence with the path it was about. */
export class XenStoreError extends Error {
  readonly code: ErrorName;
  readonly path: string | undefined;

  constructor(code: ErrorName, path?: string) {
    super(path === undefined ? `XenStore: ${SENTENCES[code]}` : `XenStore: ${SENTENCES[code]}: ${path}`);
    this.name = 'XenStoreError';
    this.code = code;
    this.path = path;
  }
}

/**
 * A refused request inside the store. One shared instance per name: refusals are ordinary answers here (a guest can
 * cause thousands a second), and capturing a stack for each would cost more than the request.
 */
export class Refusal extends Error {
  readonly code: ErrorName;

  constructor(code: ErrorName) {
    super(code);
    this.name = 'Refusal';
    this.code = code;
  }
}

const REFUSALS = new Map<ErrorName, Refusal>(ERROR_NAMES.map((name) => [name, new Refusal(name)]));

/** The shared refusal of that name, to be thrown. */
export function refusal(code: ErrorName): Refusal {
  return REFUSALS.get(code) as Refusal;
}
