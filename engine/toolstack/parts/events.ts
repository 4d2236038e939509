import type { PartSettings } from '../../api/index.ts';
import type { Part } from '../../device/part.ts';
import { textAt } from '../../device/struct.ts';
import { actionWord } from '../../device/watchdog/index.ts';

/** libxl leaves an action out of its JSON when it is `destroy`. */
const keys: readonly (readonly [keyof PartSettings['events'], string])[] = [
  ['onPoweroff', 'on_poweroff'],
  ['onReboot', 'on_reboot'],
  ['onCrash', 'on_crash'],
  ['onWatchdog', 'on_watchdog'],
  ['onSoftReset', 'on_soft_reset'],
];

export const events: Part<'events'> = {
  kind: 'events',
  title: 'When it ends',
  read: (domain) =>
    Object.fromEntries(
      keys.map(([field, key]) => [field, actionWord(textAt(domain, key) ?? 'destroy')]),
    ) as PartSettings['events'],
  summary: ({ onPoweroff, onReboot, onCrash }) =>
    `power off: ${onPoweroff}, reboot: ${onReboot}, crash: ${onCrash}`,
  rules: () => ({
    onPoweroff: 'restart',
    onReboot: 'restart',
    onCrash: 'restart',
    onWatchdog: 'restart',
    onSoftReset: 'restart',
  }),
  options: (changed) =>
    Object.fromEntries(
      keys.flatMap(([field, key]) => (changed[field] === undefined ? [] : [[key, changed[field]]])),
    ),
};
