import type { DeviceSettings } from './hardware.ts';

/** Devices in the words of xl.cfg, which are those of xl's attach commands too. */

const cardWords = { virtio: 'virtio-net', ne2k_pci: 'ne2k_pci' } as const;

type DiskLike = Pick<DeviceSettings['vbd'], 'vdev' | 'devtype' | 'path' | 'format' | 'readOnly'>;

/** `target=` comes last: it takes the rest of the line, commas and blanks included (xl-cfg reference §5). */
export function diskWords({ vdev, devtype, path, format, readOnly }: DiskLike): string {
  const access = readOnly || devtype === 'cdrom' ? 'ro' : 'rw';
  return [
    ...(path === null ? [] : [`format=${format}`]),
    `vdev=${vdev}`,
    `access=${access}`,
    ...(devtype === 'cdrom' ? ['devtype=cdrom'] : []),
    ...(path === null ? [] : [`target=${path}`]),
  ].join(', ');
}

type CardLike = Omit<DeviceSettings['vif'], 'link'>;

/** `key=value` words: joined by commas in a file, arguments of `xl network-attach`. What is null is left to xl. */
export function vifWords({ mac, bridge, model, ip, script, vifname, rate }: CardLike): string[] {
  const words = {
    mac,
    bridge,
    model: model && cardWords[model],
    ip,
    script,
    vifname,
    rate: rate === '' ? null : rate,
  };
  return Object.entries(words).flatMap(([key, value]) => (value === null ? [] : [`${key}=${value}`]));
}

/** libxl refuses less for this adapter (xl-cfg reference §4). */
const leastVideoMiB = { stdvga: 16, cirrus: 8, none: 0 } as const;

/** Top-level options of a file for its graphical console; null: none. A PV domain gets one framebuffer from the same options. */
export function displayOptions(
  display: DeviceSettings['vfb'] | null,
  type: 'hvm' | 'pvh' | 'pv',
): Record<string, string | number> {
  if (display === null) return type === 'hvm' ? { vnc: 0 } : {};
  const { vnc, listen, port, password, vga, videoRamMiB, keymap } = display;
  return {
    ...(type === 'hvm' && {
      vga,
      ...(vga === 'none' ? {} : { videoram: Math.max(videoRamMiB, leastVideoMiB[vga]) }),
    }),
    vnc: vnc ? 1 : 0,
    ...(vnc && {
      vnclisten: listen,
      ...(port === null ? { vncunused: 1 } : { vncunused: 0, vncdisplay: port - 5900 }),
      ...(password !== '' && { vncpasswd: password }),
    }),
    ...(keymap !== null && { keymap }),
  };
}
