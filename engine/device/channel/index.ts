import { z } from 'zod';
import { type DeviceSettings, DomusError } from '../../api/index.ts';
import type { DeviceKind } from '../device.ts';

/** A channel in libxl's JSON: the kind of its connection is part of a key. */
export const channelStruct = z.looseObject({
  name: z.string().optional(),
  'connection.pty': z.unknown().optional(),
  'connection.socket': z.looseObject({ path: z.string().optional() }).optional(),
});
export type ChannelStruct = z.infer<typeof channelStruct>;

export interface ChannelConfig {
  /** Console 0 is not a channel: they count from 0 in the file and from 1 in the store. */
  readonly index: number;
  readonly name: string;
  readonly connection: 'pty' | 'socket';
  readonly path: string | null;
  readonly struct: ChannelStruct;
}

type ChannelSettings = DeviceSettings['channel'];

export function readChannel(struct: ChannelStruct, index: number): ChannelConfig {
  const socket = struct['connection.socket'];
  const connection = socket === undefined ? 'pty' : 'socket';
  return { index, name: struct.name ?? '', connection, path: socket?.path ?? null, struct };
}

/** A channel as libxl's JSON has it. */
export const channelJson = ({ name, connection, path }: ChannelSettings): ChannelStruct => ({
  name,
  ...(connection === 'pty' ? { 'connection.pty': {} } : { 'connection.socket': { path: path ?? '' } }),
});

/** As the reader of xl.cfg gives channels. */
export interface WrittenChannel {
  name: string;
  connection: { pty: Record<string, never> } | { socket: { path: string } };
}

export function writeChannel({ name, connection, path }: ChannelSettings): WrittenChannel {
  return { name, connection: connection === 'pty' ? { pty: {} } : { socket: { path: path ?? '' } } };
}

function freeName(taken: readonly string[]): string {
  let number = 0;
  while (taken.includes(`channel${number}`)) number += 1;
  return `channel${number}`;
}

export const channel: DeviceKind<'channel', ChannelConfig> = {
  kind: 'channel',
  title: 'Channel (a console with a name)',
  key: ({ name, index }) => (name === '' ? String(index) : name.slice(0, 64)),
  name: ({ name }) => `Channel ${name}`,
  summary: ({ connection, path }) => (connection === 'pty' ? 'terminal' : `socket ${path}`),
  settings: ({ name, connection, path }) => ({ name, connection, path }),
  rules: () => ({ name: 'restart', connection: 'restart', path: 'restart' }),
  defaults: ({ keys }) => ({ name: freeName(keys), connection: 'pty', path: null }),
  check({ connection, path }) {
    if (connection === 'pty' || (path !== null && path.startsWith('/'))) return;
    throw new DomusError('ERROR_INVAL', 'A channel over a socket needs the whole path of the socket.', {
      field: 'path',
    });
  },
};
