import type { Entry } from '../form/schema-control.ts';

/** Why a setting of a device says nothing while others are as they are; undefined: it counts. */
export function whyIdle(
  kind: string,
  name: string,
  entryOf: (name: string) => Entry | undefined,
): string | undefined {
  if (kind !== 'channel' || name !== 'path' || entryOf('connection') === 'socket') return undefined;
  return 'Only for the connection “socket”.';
}

/** What a setting must have though its schema lets it be empty; undefined: nothing. */
export function whyNeeded(
  kind: string,
  name: string,
  entryOf: (name: string) => Entry | undefined,
): string | undefined {
  if (kind !== 'channel' || name !== 'path' || entryOf('connection') !== 'socket') return undefined;
  return String(entryOf(name) ?? '').startsWith('/') ? undefined : 'The whole path of the socket, from / on.';
}
