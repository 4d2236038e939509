/** XenStore: the tree, its wire protocol and its clients, without IO. Sockets are an edge (engine/entry). */
export type { Connection, ConnectionBounds, ConnectionState, EndReason, Sink } from './connection.ts';
export { encodeFrame, type Frame, FrameDecoder } from './codec.ts';
export { ERROR_NAMES, type ErrorName, XenStoreError } from './error.ts';
export type { Log, LogLevel } from './core.ts';
export { domainPath } from './path.ts';
export {
  type AccessLetter,
  DOMID_ANY,
  formatPermission,
  type Permission,
  type Permissions,
  permissions,
} from './permission.ts';
export { HEADER_BYTES, MAX_PAYLOAD_BYTES, MESSAGE, type MessageName } from './protocol.ts';
export type { StoreAccess } from './store-access.ts';
export type { WatchListener } from './local-watcher.ts';
export {
  type DumpedNode,
  type StoreTransaction,
  type Unsubscribe,
  XenStore,
  type XenStoreOptions,
} from './xenstore.ts';
export { type ByteStream, type WatchEvent, WireClient } from './wire-client.ts';
