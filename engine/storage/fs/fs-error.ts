/** Why a file system cannot be read as asked. `damaged` covers everything a sound file system never says of itself. */
export type FsErrorCode =
  'damaged' | 'unsupported' | 'not-found' | 'not-a-file' | 'not-a-directory' | 'too-large' | 'unreadable';

/** The one error the readers of this folder throw, whatever an image contains. The message is a clause, without a full stop. */
export class FsError extends Error {
  readonly code: FsErrorCode;

  constructor(code: FsErrorCode, message: string) {
    super(message);
    this.name = 'FsError';
    this.code = code;
  }
}

export const damaged = (message: string): FsError => new FsError('damaged', message);
