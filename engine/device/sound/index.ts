import type { DeviceSettings } from '../../api/index.ts';
import type { DeviceKind } from '../device.ts';
import { type DomainStruct, hvmPath, textAt } from '../struct.ts';

export interface SoundConfig {
  /** As `soundhw=` says it: `sb16`, `hda`, … */
  readonly model: string;
}

export function readSound(domain: DomainStruct): SoundConfig | null {
  const model = textAt(domain, ...hvmPath, 'soundhw') ?? '';
  return model === '' ? null : { model };
}

/** Has the embedded machine such a card? */
export const hasSoundCard = ({ model }: SoundConfig): boolean => model === 'sb16';

export const sound: DeviceKind<'sound', SoundConfig> = {
  kind: 'sound',
  title: 'Sound card',
  key: () => null,
  name: () => 'Sound card',
  summary: ({ model }) => model,
  settings: ({ model }) => ({ model: model as DeviceSettings['sound']['model'] }),
  rules: () => ({ model: 'restart' }),
  defaults: () => ({ model: 'sb16' }),
  check: () => {},
};
