/**
 * What the commands need of a store: requests and events, as byte strings (one character 0..255 per byte). Made over
 * any duplex byte stream by the wire client; the commands know no more of it than this.
 */
export interface StoreLink {
  /** Resolves with the payload of the reply; rejects with a StoreFailure. */
  request(type: RequestType, payload: string, transactionId?: number): Promise<string>;
  /** The next watch event; rejects when the connection is gone. */
  nextEvent(): Promise<{ readonly path: string }>;
  close(): void;
}

export type RequestType =
  | 'CONTROL'
  | 'DIRECTORY'
  | 'DIRECTORY_PART'
  | 'READ'
  | 'GET_PERMS'
  | 'WATCH'
  | 'TRANSACTION_START'
  | 'TRANSACTION_END'
  | 'WRITE'
  | 'RM'
  | 'SET_PERMS';

/** An error of the store; `code` is the name on the wire, e.g. `ENOENT`. */
export interface StoreFailure extends Error {
  readonly code: string;
}

export function isStoreFailure(error: unknown): error is StoreFailure {
  return error instanceof Error && 'code' in error && typeof error.code === 'string';
}

/** A value as it is, or undefined when the store refuses. */
export async function orUndefined<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isStoreFailure(error)) return undefined;
    throw error;
  }
}

const namesOf = (payload: string): string[] => payload.split('\0').slice(0, -1);

/** Names of the children; a list too long for one message is fetched in parts. */
export async function directory(link: StoreLink, path: string, transactionId = 0): Promise<string[]> {
  try {
    return namesOf(await link.request('DIRECTORY', `${path}\0`, transactionId));
  } catch (error) {
    if (!isStoreFailure(error) || error.code !== 'E2BIG') throw error;
    return directoryInParts(link, path, transactionId);
  }
}

/** Begins again when the directory changed between two parts. */
async function directoryInParts(link: StoreLink, path: string, transactionId: number): Promise<string[]> {
  let generation = '';
  let list = '';
  for (;;) {
    const part = await link.request('DIRECTORY_PART', `${path}\0${list.length}\0`, transactionId);
    const nul = part.indexOf('\0');
    if (list !== '' && part.slice(0, nul) !== generation) {
      list = '';
      continue;
    }
    generation = part.slice(0, nul);
    const names = part.slice(nul + 1);
    const last = names === '\0' || names.endsWith('\0\0');
    list += last ? names.slice(0, -1) : names;
    if (last) return namesOf(list);
  }
}

/** What C's strerror says to the errors of the wire. */
const SENTENCES: Readonly<Record<string, string>> = {
  EINVAL: 'Invalid argument',
  EACCES: 'Permission denied',
  EEXIST: 'File exists',
  EISDIR: 'Is a directory',
  ENOENT: 'No such file or directory',
  ENOMEM: 'Cannot allocate memory',
  ENOSPC: 'No space left on device',
  EIO: 'Input/output error',
  ENOTEMPTY: 'Directory not empty',
  ENOSYS: 'Function not implemented',
  EROFS: 'Read-only file system',
  EBUSY: 'Device or resource busy',
  EAGAIN: 'Resource temporarily unavailable',
  EISCONN: 'Transport endpoint is already connected',
  E2BIG: 'Argument list too long',
  EPERM: 'Operation not permitted',
  ECONNREFUSED: 'Connection refused',
  EBADF: 'Bad file descriptor',
};

export function sentenceOf(error: unknown): string {
  if (!isStoreFailure(error)) return error instanceof Error ? error.message : String(error);
  return SENTENCES[error.code] ?? error.message;
}
