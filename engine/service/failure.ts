import { DomusError } from '../api/index.ts';

/** Where failures that nobody meant are written, with their stack. */
export interface ErrorLog {
  error(fields: Record<string, unknown>, message: string): void;
}

/**
 * A thrown value as the one error of the contract. What is not a DomusError is a fault of Domus (or of the system below):
 * people get a plain sentence, the log gets the stack.
 */
export function asDomusError(reason: unknown, log: ErrorLog, doing: string): DomusError {
  if (reason instanceof DomusError) return reason;
  if (reason instanceof Error && reason.name === 'AbortError') {
    return new DomusError('ERROR_ABORTED', `${doing} was given up.`);
  }
  const err = reason instanceof Error ? { message: reason.message, stack: reason.stack } : String(reason);
  log.error({ err }, `${doing} failed unexpectedly`);
  const errno = systemErrors[(reason as { code?: string } | null)?.code ?? ''];
  if (errno) return new DomusError('ERROR_FAIL', `${doing} failed: ${errno.message}`, { fix: errno.fix });
  return new DomusError('ERROR_FAIL', `${doing} failed because of a fault inside Domus.`, {
    fix: 'The engine log has the details.',
  });
}

/** System errors that the person at the computer can do something about. */
const systemErrors: Readonly<Record<string, { message: string; fix: string }>> = {
  ENOSPC: { message: 'the disk is full.', fix: 'Free some space, then try again.' },
  EDQUOT: { message: 'the disk quota is used up.', fix: 'Free some space, then try again.' },
  EROFS: { message: 'the disk is read-only.', fix: 'Choose a state directory that can be written.' },
  EMFILE: { message: 'too many files are open.', fix: 'Close some consoles or stop some domains.' },
  ENFILE: { message: 'too many files are open on this computer.', fix: 'Close some programs.' },
  EACCES: { message: 'a file may not be accessed.', fix: 'Check the permissions of the state directory.' },
  EIO: { message: 'the disk reported an error.', fix: 'Check the disk.' },
};
