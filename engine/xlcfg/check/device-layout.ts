import { COLO_KEYS } from '../device/colo.ts';
import {
  arrange,
  array,
  flag,
  list,
  struct,
  text,
  union,
  unless,
  zero,
  type Fields,
  type Json,
} from './schema.ts';

/** libxl's device structs, field by field in printing order. */

export const VNC: Fields = [
  ['enable', text],
  ['listen', text],
  ['passwd', text],
  ['display', zero],
  ['findunused', text],
];

export const SDL: Fields = [
  ['enable', text],
  ['opengl', text],
  ['display', text],
  ['xauthority', text],
];

export const DISK: Fields = [
  ['backend_domname', text],
  ['pdev_path', text],
  ['vdev', text],
  ['backend', text],
  ['format', text],
  ['script', text],
  ['removable', zero],
  ['readwrite', zero],
  ['is_cdrom', zero],
  ['direct_io_safe', flag],
  ['discard_enable', text],
  ['specification', text],
  ['colo_enable', text],
  ['colo_restore_enable', text],
  ['colo_host', text],
  ['colo_port', zero],
  ['colo_export', text],
  ['active_disk', text],
  ['hidden_disk', text],
  ['trusted', text],
  ['grant_usage', text],
];

export const NIC: Fields = [
  ['backend_domname', text],
  ['devid', unless(-1)],
  ['mtu', zero],
  ['vlan', text],
  ['model', text],
  ['mac', text],
  ['ip', text],
  ['bridge', text],
  ['ifname', text],
  ['script', text],
  ['nictype', text],
  ['rate_bytes_per_interval', zero],
  ['rate_interval_usecs', zero],
  ['gatewaydev', text],
  ['coloft_forwarddev', text],
  ...COLO_KEYS.map((key) => [key, text] as const),
  ['trusted', text],
];

export const PCI: Fields = [
  ['func', zero],
  ['dev', zero],
  ['bus', zero],
  ['domain', zero],
  ['vdevfn', zero],
  ['vfunc_mask', zero],
  ['msitranslate', flag],
  ['power_mgmt', flag],
  ['permissive', flag],
  ['seize', flag],
  ['rdm_policy', unless('invalid')],
  ['name', text],
];

export const VFB: Fields = [
  ['backend_domname', text],
  ['devid', unless(-1)],
  ['vnc', struct(VNC)],
  ['sdl', struct(SDL)],
  ['keymap', text],
];

export const VKB: Fields = [
  ['backend_domname', text],
  ['devid', unless(-1)],
  ['backend_type', unless('unknown')],
  ['unique_id', text],
  ['feature_disable_keyboard', flag],
  ['feature_disable_pointer', flag],
  ['feature_abs_pointer', flag],
  ['feature_raw_pointer', flag],
  ['feature_multi_touch', flag],
  ['width', zero],
  ['height', zero],
  ['multi_touch_width', zero],
  ['multi_touch_height', zero],
  ['multi_touch_num_contacts', zero],
];

export const VTPM: Fields = [
  ['backend_domname', text],
  ['devid', unless(-1)],
  ['uuid', text],
];

export const P9: Fields = [
  ['backend_domname', text],
  ['tag', text],
  ['path', text],
  ['security_model', text],
  ['devid', unless(-1)],
  ['type', unless('unknown')],
  ['max_space', zero],
  ['max_files', zero],
  ['max_open_files', zero],
  ['auto_delete', flag],
];

export const CHANNEL: Fields = [
  ['backend_domname', text],
  ['devid', unless(-1)],
  ['name', text],
  ['connection', union({ pty: [], socket: [['path', text]] })],
];

export const USB_CONTROLLER: Fields = [
  ['type', unless('auto')],
  ['devid', unless(-1)],
  ['version', zero],
  ['ports', zero],
  ['backend_domname', text],
];

export const USB_DEVICE: Fields = [
  ['ctrl', unless(-1)],
  ['port', zero],
  [
    'type',
    union({
      hostdev: [
        ['hostbus', zero],
        ['hostaddr', zero],
      ],
    }),
  ],
];

export const VIRTIO: Fields = [
  ['backend_domname', text],
  ['type', text],
  ['transport', unless('unknown')],
  ['grant_usage', text],
  ['devid', unless(-1)],
];

export const PVCALLS: Fields = [
  ['backend_domname', text],
  ['devid', unless(-1)],
];

export const VDISPL: Fields = [
  ['backend_domname', text],
  ['devid', unless(-1)],
  ['be_alloc', flag],
  [
    'connectors',
    array([
      ['unique_id', text],
      ['width', zero],
      ['height', zero],
    ]),
  ],
];

const VSND_PARAMS: Fields = [
  ['sample_rates', list],
  ['sample_formats', list],
  ['channels_min', zero],
  ['channels_max', zero],
  ['buffer_size', zero],
];

const VSND_STREAM: Fields = [
  ['unique_id', text],
  ['type', text],
  ['params', struct(VSND_PARAMS)],
];

const VSND_PCM: Fields = [
  ['name', text],
  ['params', struct(VSND_PARAMS)],
  ['streams', array(VSND_STREAM)],
];

export const VSND: Fields = [
  ['backend_domname', text],
  ['devid', unless(-1)],
  ['short_name', text],
  ['long_name', text],
  ['params', struct(VSND_PARAMS)],
  ['pcms', array(VSND_PCM)],
];

export const DEVICE_LISTS: Fields = [
  ['disks', array(DISK)],
  ['nics', array(NIC)],
  ['pcidevs', array(PCI)],
  ['dtdevs', array([['path', text]])],
  ['vfbs', array(VFB)],
  ['vkbs', array(VKB)],
  ['virtios', array(VIRTIO)],
  ['vtpms', array(VTPM)],
  ['p9s', array(P9)],
  ['pvcallsifs', array(PVCALLS)],
  ['vdispls', array(VDISPL)],
  ['vsnds', array(VSND)],
  ['channels', array(CHANNEL)],
  ['usbctrls', array(USB_CONTROLLER)],
  ['usbdevs', array(USB_DEVICE)],
];

/**
 * One device as the real tool prints it, fields in order and defaults left out (`xl -N block-attach` and its like).
 * @param list the name of its list in the domain configuration
 */
export function deviceJson(list: string, device: object): Record<string, Json> {
  const type = DEVICE_LISTS.find(([name]) => name === list)?.[1];
  const fields = type?.kind === 'array' && type.of.kind === 'struct' ? type.of.fields : [];
  return arrange(fields, device);
}
