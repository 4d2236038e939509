import type { HostInfo } from '../../engine/api/host.ts';
import type { ConnectionState, HostConnection } from '../../engine/api/hosts.ts';
import type { StateLook } from './domain-state.ts';

const online: StateLook = { label: 'Online', shape: 'disc', token: '--running' };

const looks: Record<ConnectionState, StateLook> = {
  disconnected: { label: 'Not connected', shape: 'ring', token: '--off' },
  connecting: { label: 'Connecting…', shape: 'busy', token: '--info' },
  asking: { label: 'Asks you', shape: 'bars', token: '--paused' },
  connected: { label: 'Connected', shape: 'disc', token: '--running' },
  waiting: { label: 'Waiting', shape: 'square', token: '--paused' },
  failed: { label: 'Failed', shape: 'cross', token: '--crashed' },
};

/** Whole seconds until the next try; null when none is planned. */
export const secondsToRetry = ({ retryAt }: HostConnection, nowMs: number): number | null =>
  retryAt === null ? null : Math.max(0, Math.ceil((retryAt - nowMs) / 1000));

/** How the connection to a host looks, in words and as a glyph. The embedded host is always there. */
export function hostLook(host: Pick<HostInfo, 'connection'>, nowMs: number): StateLook {
  const { connection } = host;
  if (!connection) return online;
  const look = looks[connection.state];
  const seconds = connection.state === 'waiting' ? secondsToRetry(connection, nowMs) : null;
  return seconds === null ? look : { ...look, label: `Again in ${seconds} s` };
}

/** Why nothing can be done on a host just now, as a sentence; null when it answers. */
export function whyOffline(host: HostInfo): string | null {
  if (host.state === 'online') return null;
  switch (host.connection?.state) {
    case 'connecting':
      return `Domus is connecting to ${host.name}.`;
    case 'asking':
      return `${host.name} waits for your answer before it lets Domus in.`;
    case 'waiting':
      return `The connection to ${host.name} is lost; Domus tries again by itself.`;
    case 'failed':
      return `${host.name} cannot be connected: ${host.connection.error?.message ?? 'it refused.'}`;
    default:
      return `${host.name} is not connected.`;
  }
}
