import type { DeviceEntry } from '../store.ts';

/** Console 0. Its bytes go over the serial port, so that it has neither a page nor an event channel. */
export const consoleEntry: DeviceEntry = {
  kind: 'console',
  libxlKind: 'console',
  devid: 0,
  guestOwned: false,
  frontendPath: 'console',
  frontend: { limit: '1048576', type: 'xenconsoled', output: 'pty' },
  backend: { state: '1', protocol: 'vt100' },
  ready: {},
};
