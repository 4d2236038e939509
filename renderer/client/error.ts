import { ORPCError } from '@orpc/client';
import { DomusError, errorData, type ErrorData } from '../../engine/api/error.ts';

/** Says what went wrong in the contract's own terms, whatever was thrown. */
export function toErrorData(thrown: unknown): ErrorData {
  if (thrown instanceof DomusError) return thrown.toData();
  if (thrown instanceof ORPCError) return fromRpc(thrown as ORPCError<string, unknown>);
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  // What oRPC's peers throw into calls whose line has closed.
  const lost = thrown instanceof Error && thrown.name === 'AbortError';
  if (lost || /not open|closed/i.test(message)) return engineLost();
  return { code: 'ERROR_FAIL', message: message.slice(0, 2000) || 'Something went wrong in the window.' };
}

function fromRpc(error: ORPCError<string, unknown>): ErrorData {
  const data = errorData.safeParse(error.data);
  if (data.success) return data.data;
  const malformed = error.code === 'BAD_REQUEST';
  return {
    code: malformed ? 'BAD_REQUEST' : 'ERROR_FAIL',
    message: error.message.slice(0, 2000) || 'The engine refused the request.',
  };
}

export function engineLost(): ErrorData {
  return {
    code: 'ENGINE_LOST',
    message: 'The connection to the engine was lost before it answered.',
    fix: 'Domus reconnects by itself. Look at the state then: what was asked may or may not have been done.',
  };
}
