/**
 * libxl's error numbers (xl-commands §1), by the names a Xen administrator knows, plus the few of our own that have no
 * libxl counterpart (rc null).
 */
export const errorNumbers = {
  ERROR_FAIL: -3,
  ERROR_NI: -4,
  ERROR_NOMEM: -5,
  ERROR_INVAL: -6,
  ERROR_GUEST_TIMEDOUT: -8,
  ERROR_TIMEDOUT: -9,
  ERROR_NOPARAVIRT: -10,
  ERROR_NOT_READY: -11,
  ERROR_LOCK_FAIL: -15,
  ERROR_DEVICE_EXISTS: -17,
  ERROR_DOMAIN_NOTFOUND: -21,
  ERROR_ABORTED: -22,
  ERROR_NOTFOUND: -23,
  /** The engine went away in the middle of the call. */
  ENGINE_LOST: null,
  /** The call itself was not well formed. */
  BAD_REQUEST: null,
} as const;

export type ErrorCode = keyof typeof errorNumbers;
