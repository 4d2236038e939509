import { type DeviceSettings, DomusError } from '../../api/index.ts';
import type { DeviceKind, Surroundings } from '../device.ts';
import type { Rules } from '../fields.ts';
import { defaultListen, firstPort, type ScreenConfig, screenSettings } from './config.ts';

type ScreenSettings = DeviceSettings['vfb'];

function rules({ type }: Surroundings): Rules<ScreenSettings> {
  const adapter =
    type === 'hvm'
      ? 'restart'
      : { no: 'A framebuffer without an adapter: only HVM guests have one to choose.' };
  return {
    vnc: 'restart',
    listen: 'restart',
    port: 'restart',
    password: 'restart',
    vga: adapter,
    videoRamMiB: adapter,
    keymap: 'restart',
  } as const;
}

export const vfb: DeviceKind<'vfb', ScreenConfig> = {
  kind: 'vfb',
  title: 'Screen',
  key: () => null,
  name: () => 'Screen',
  summary: ({ vnc, listen, port, vga }) =>
    [vga, vnc ? `VNC on ${listen}${port === null ? '' : `:${port}`}` : 'no VNC'].join(', '),
  settings: screenSettings,
  rules: (_, around) => rules(around),
  defaults: () => ({
    vnc: true,
    listen: defaultListen,
    port: null,
    password: '',
    vga: 'stdvga',
    videoRamMiB: 16,
    keymap: null,
  }),
  check({ port, listen, keymap, password }) {
    if (port !== null && port < firstPort)
      throw new DomusError('ERROR_INVAL', `VNC displays count from port ${firstPort}.`, { field: 'port' });
    for (const [field, value] of Object.entries({ listen, keymap, password })) {
      if (!value?.includes(',')) continue;
      throw new DomusError('ERROR_INVAL', 'A comma cannot be written here.', { field });
    }
  },
};
