import type { DeviceEntry } from '../store.ts';
import type { ShareConfig } from './index.ts';

/** `devid` counts the domain's folders. */
export const shareEntry = ({ tag, path, struct }: ShareConfig, devid: number): DeviceEntry => ({
  kind: '9pfs',
  libxlKind: '9pfs',
  devid,
  guestOwned: true,
  frontendPath: `device/9pfs/${devid}`,
  frontend: { state: '1', tag },
  backend: { state: '1', path, security_model: struct.security_model ?? 'none' },
  ready: {},
});
