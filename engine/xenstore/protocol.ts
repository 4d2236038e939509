/** Message types by number (xenstore reference §1). */
export const MESSAGE = {
  CONTROL: 0,
  DIRECTORY: 1,
  READ: 2,
  GET_PERMS: 3,
  WATCH: 4,
  UNWATCH: 5,
  TRANSACTION_START: 6,
  TRANSACTION_END: 7,
  INTRODUCE: 8,
  RELEASE: 9,
  GET_DOMAIN_PATH: 10,
  WRITE: 11,
  MKDIR: 12,
  RM: 13,
  SET_PERMS: 14,
  WATCH_EVENT: 15,
  ERROR: 16,
  IS_DOMAIN_INTRODUCED: 17,
  RESUME: 18,
  SET_TARGET: 19,
  RESET_WATCHES: 21,
  DIRECTORY_PART: 22,
  GET_FEATURE: 23,
  SET_FEATURE: 24,
  GET_QUOTA: 25,
  SET_QUOTA: 26,
} as const;

export type MessageName = keyof typeof MESSAGE;

/** Four host-endian u32: type, request id, transaction id, payload length. */
export const HEADER_BYTES = 16;

/** A longer request ends the connection; a longer reply becomes E2BIG. */
export const MAX_PAYLOAD_BYTES = 4096;

/** Payload of the replies that say only "done". */
export const OK = 'OK\0';
