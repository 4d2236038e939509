import { z } from 'zod';
import { type ErrorCode, errorNumbers } from './error-number.ts';

export const errorCode = z.enum(Object.keys(errorNumbers) as [ErrorCode, ...ErrorCode[]]);
export type { ErrorCode };

/** An error as it crosses the contract: what happened and why, what to do, and where it belongs. */
export const errorData = z.object({
  code: errorCode,
  /** One or two sentences for a person: what happened and why. */
  message: z.string().max(2000),
  /** What to do about it, when there is something. */
  fix: z.string().max(1000).optional(),
  /** The field of the input that is to blame, as a dotted path. */
  field: z.string().max(200).optional(),
  /** Log lines of the operation, oldest first. */
  log: z.array(z.string().max(1000)).max(50).optional(),
});
export type ErrorData = z.infer<typeof errorData>;

/** The one error that hosts, toolstack and service throw on purpose. Anything else is a bug and is reported as ERROR_FAIL. */
export class DomusError extends Error {
  readonly code: ErrorCode;
  readonly fix: string | undefined;
  readonly field: string | undefined;
  log: string[] | undefined;

  constructor(code: ErrorCode, message: string, more: { fix?: string; field?: string; log?: string[] } = {}) {
    super(message);
    this.name = 'DomusError';
    this.code = code;
    this.fix = more.fix;
    this.field = more.field;
    this.log = more.log;
  }

  toData(): ErrorData {
    const { code, message, fix, field, log } = this;
    return {
      code,
      message: message.slice(0, 2000),
      ...(fix === undefined ? {} : { fix: fix.slice(0, 1000) }),
      ...(field === undefined ? {} : { field }),
      ...(log === undefined ? {} : { log: log.slice(-50).map((line) => line.slice(0, 1000)) }),
    };
  }
}
