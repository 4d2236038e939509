import { splitPair, strtok } from '../cnumber.ts';
import { joinTrimmedPairs, read, reject, type SpecProblem, type SpecResult } from './spec.ts';

/** A channel (a console with a name) as libxl's JSON names it. */
export interface Channel {
  backend_domname?: string;
  devid?: number;
  /** Required, but only when the domain is created. */
  name?: string;
  connection: { pty: Record<string, never> } | { socket: { path: string } };
}

/** Reads `name=…,connection=pty|socket[,path=…][,backend=…]`; unknown keys only warn (xl-cfg reference §4). */
export function parseChannel(spec: string): SpecResult<Channel> {
  const values: Record<string, string> = {};
  const warnings: SpecProblem[] = [];
  for (const field of strtok(spec, ',')) {
    const pair = splitPair(field);
    if (pair === undefined)
      return reject('channel', `failed to parse channel configuration: ${field}`, field);
    const [key, value] = pair;
    if (key === 'connection' && value !== 'pty' && value !== 'socket')
      return reject('channel', `unknown channel connection '${value}'`, value, warnings);
    if (['backend', 'name', 'path', 'connection'].includes(key)) values[key] = value;
    else {
      const text = `unknown channel parameter '${key}', ignoring`;
      warnings.push({ severity: 'warning', kind: 'warn-ignored', text, near: key });
    }
  }
  const { backend, name, path, connection } = values;
  if (connection === undefined)
    return reject('channel', "channel has unknown 'connection'", undefined, warnings);
  if (connection === 'socket' && path === undefined)
    return reject('channel', "channel connection 'socket' requires path=..", undefined, warnings);
  const channel: Channel = {
    ...(backend === undefined ? {} : { backend_domname: backend }),
    ...(name === undefined ? {} : { name }),
    connection: connection === 'pty' ? { pty: {} } : { socket: { path: path as string } },
  };
  return read(channel, warnings);
}

export function printChannel({ name, connection, backend_domname }: Channel): string {
  const socket = 'socket' in connection ? connection.socket.path : undefined;
  return joinTrimmedPairs([
    ['name', name],
    ['connection', socket === undefined ? 'pty' : 'socket'],
    ['path', socket],
    ['backend', backend_domname],
  ]);
}
