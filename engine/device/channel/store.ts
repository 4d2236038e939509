import type { DeviceEntry } from '../store.ts';
import type { ChannelConfig } from './index.ts';

/** The consoles behind console 0. */
export const channelDevid = ({ index }: ChannelConfig): number => index + 1;

/** The node of its frontend that says where a program of dom0 finds its end. */
export const ttyNode = 'tty';

export function channelEntry(channel: ChannelConfig): DeviceEntry {
  const devid = channelDevid(channel);
  const { name, connection, path } = channel;
  return {
    kind: 'console',
    libxlKind: 'console',
    devid,
    guestOwned: true,
    frontendPath: `device/console/${devid}`,
    frontend: {
      state: '1',
      limit: '1048576',
      protocol: 'vt100',
      name,
      type: 'ioemu',
      output: `chardev:libxl-channel${devid}`,
    },
    backend: {
      state: '1',
      name,
      connection,
      ...(path !== null && { path }),
      protocol: 'vt100',
    },
    ready: {},
  };
}
