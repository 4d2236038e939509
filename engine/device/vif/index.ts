import { DomusError } from '../../api/index.ts';
import type { DeviceKind, Taken } from '../device.ts';
import type { Rules } from '../fields.ts';
import { defaultBridge, type NicConfig, type NicSettings, nicSettings } from './config.ts';

const rules: Rules<NicSettings> = {
  mac: 'restart',
  bridge: 'live',
  model: 'restart',
  ip: 'restart',
  script: 'restart',
  vifname: 'restart',
  rate: 'live',
  link: 'live',
};

const offRules: Rules<NicSettings> = {
  ...rules,
  link: { no: 'The cable is plugged in at every start: xl.cfg has no word for an unplugged one.' },
};

/** Xen's own prefix and 23 random bits (xl-cfg reference §6). */
export function randomMac(random: Taken['random']): string {
  const [a = 0, b = 0, c = 0] = random(3);
  const tail = [a & 0x7f, b, c].map((byte) => byte.toString(16).padStart(2, '0'));
  return `00:16:3e:${tail.join(':')}`;
}

function defaults({ bridges, random }: Taken): NicSettings {
  return {
    mac: randomMac(random),
    bridge: bridges[0] ?? defaultBridge,
    model: null,
    ip: null,
    script: null,
    vifname: null,
    rate: null,
    link: true,
  };
}

/** Words of a vif line end at a comma. */
function check(settings: NicSettings): void {
  for (const field of ['bridge', 'ip', 'script', 'vifname'] as const) {
    if (!settings[field]?.includes(',')) continue;
    throw new DomusError(
      'ERROR_INVAL',
      `A comma ends a word of vif=: "${settings[field]}" cannot be written.`,
      {
        field,
        ...(field === 'ip' && { fix: 'Separate several addresses by blanks.' }),
      },
    );
  }
}

export const vif: DeviceKind<'vif', NicConfig> = {
  kind: 'vif',
  title: 'Network card',
  key: ({ devid }) => String(devid),
  name: ({ devid }) => `Network card ${devid}`,
  summary: ({ mac, bridge, rate, link }) =>
    [
      bridge,
      mac ?? 'address made at start',
      rate ? `at most ${rate.text}` : '',
      link ? '' : 'cable unplugged',
    ]
      .filter(Boolean)
      .join(', '),
  settings: nicSettings,
  rules: (_, { running }) => (running ? rules : offRules),
  defaults,
  check,
};
