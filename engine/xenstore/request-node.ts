import { refusal } from './error.ts';
import {
  checkOwnerKnown,
  checkPermissionCount,
  makeDirectory,
  readNode,
  remove,
  setPermissions,
  write,
} from './operations.ts';
import { formatPermission, parsePermission } from './permission.ts';
import { MAX_PAYLOAD_BYTES, OK } from './protocol.ts';
import { leadingInteger, type Request } from './request.ts';

/* Requests about nodes and transactions (xenstore reference §1). Each gives the payload of its reply. */

export function directory(request: Request): string {
  return readNode(request.scope, request.path(request.only())).children.toWire();
}

/**
 * `path␀offset␀` → generation and as many whole names from that byte offset of the list on as fit; an empty name
 * marks the end of the list. The caller starts over when the generation changed between two parts.
 */
export function directoryPart(request: Request): string {
  const args = request.all();
  if (args.length !== 2) throw refusal('EINVAL');
  const node = readNode(request.scope, request.path(args[0] as string));
  const generation = `${node.generation}\0`;
  const names = node.children.toWire();
  const offset = leadingInteger(args[1] as string) >>> 0;
  if (offset >= names.length) return `${generation}\0`;
  const room = MAX_PAYLOAD_BYTES - generation.length - 1;
  let end = offset;
  while (end < names.length) {
    const nul = names.indexOf('\0', end);
    if (nul - offset >= room) break;
    end = nul + 1;
  }
  return generation + names.slice(offset, end) + (end === names.length ? '\0' : '');
}

export function read(request: Request): string {
  return readNode(request.scope, request.path(request.only())).value;
}

export function writeNode(request: Request): string {
  const [path, value] = request.firstAndRest();
  write(request.scope, request.path(path), value);
  return OK;
}

export function makeNode(request: Request): string {
  makeDirectory(request.scope, request.path(request.only()));
  return OK;
}

export function removeNode(request: Request): string {
  remove(request.scope, request.path(request.only()));
  return OK;
}

export function getPermissions(request: Request): string {
  const node = readNode(request.scope, request.path(request.only(), true));
  return node.permissions.map((entry) => `${formatPermission(entry)}\0`).join('');
}

export function setNodePermissions(request: Request): string {
  const [path, ...list] = request.all();
  if (path === undefined || list.length === 0) throw refusal('EINVAL');
  checkPermissionCount(request.scope, list.length);
  const permissions = list.map(parsePermission);
  checkOwnerKnown(request.scope, permissions);
  setPermissions(request.scope, request.path(path, true), permissions);
  return OK;
}

export function transactionStart(request: Request): string {
  if (request.transactionId !== 0) throw refusal('EBUSY');
  return `${request.client.beginTransaction()}\0`;
}

export function transactionEnd(request: Request): string {
  const verdict = request.only();
  if (verdict !== 'T' && verdict !== 'F') throw refusal('EINVAL');
  if (request.transactionId === 0) throw refusal('ENOENT');
  const transaction = request.client.endTransaction(request.transactionId);
  if (verdict === 'T') request.client.commit(transaction);
  else transaction.close();
  return OK;
}
