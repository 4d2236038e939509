import type { DeviceEntry, StoredGuest } from '../store.ts';
import type { NicConfig } from './config.ts';

const defaultScript = '/etc/xen/scripts/vif-bridge';
const scripts = '/etc/xen/scripts';

/** What can change while the card is in: its bridge, and how much may leave it. */
export const cableNodes = ({ bridge, rate }: NicConfig): Record<string, string> => ({
  bridge,
  ...(rate && { rate: `${rate.bytes},${rate.intervalUs}` }),
});

const scriptPath = (script: string | null): string =>
  script === null ? defaultScript : script.startsWith('/') ? script : `${scripts}/${script}`;

/** `mac` is the address it has, `name` that of its interface. `hotplugged`: plugged into a running guest, as a PV card. */
export function nicEntry(
  nic: NicConfig,
  guest: StoredGuest,
  more: { readonly mac: string; readonly name: string; readonly hotplugged?: boolean },
): DeviceEntry {
  const { devid } = nic;
  const mtu = String(nic.struct.mtu ?? 1500);
  const ioemu = guest.type === 'hvm' && !more.hotplugged;
  return {
    kind: 'vif',
    libxlKind: 'vif',
    devid,
    guestOwned: true,
    frontendPath: `device/vif/${devid}`,
    frontend: { state: '1', handle: String(devid), mac: more.mac, trusted: '1', mtu },
    backend: {
      state: '1',
      script: scriptPath(nic.script),
      vifname: more.name,
      mac: more.mac,
      ...(nic.ip !== null && { ip: nic.ip }),
      ...(mtu !== '1500' && { mtu }),
      ...cableNodes(nic),
      handle: String(devid),
      type: ioemu ? 'vif_ioemu' : 'vif',
      'hotplug-status': '',
    },
    ready: { 'hotplug-status': 'connected', 'feature-rx-copy': '1', 'feature-sg': '0' },
  };
}
