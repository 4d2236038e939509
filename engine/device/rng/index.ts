import type { DeviceSettings } from '../../api/index.ts';
import type { DeviceKind } from '../device.ts';
import type { Options } from '../part.ts';
import { type DomainStruct, textsAt } from '../struct.ts';

export interface RngConfig {
  readonly source: string;
}

const object = /^rng-random,.*\bfilename=([^,]+)/;

/** xl.cfg has no word for it: QEMU's own arguments make the device, as on a real host. */
export function readRng(domain: DomainStruct): RngConfig | null {
  const args = [...textsAt(domain, 'b_info', 'extra'), ...textsAt(domain, 'b_info', 'extra_hvm')];
  if (!args.some((arg) => arg.startsWith('virtio-rng-pci'))) return null;
  const source = args.map((arg) => object.exec(arg)?.[1]).find((found) => found !== undefined);
  return { source: source ?? '/dev/urandom' };
}

/** Which arguments are about the device: pairs of a switch and its value. */
function without(args: readonly string[]): string[] {
  return args.filter((arg, index) => {
    const value = arg.startsWith('-') ? args[index + 1] : arg;
    return !value?.startsWith('virtio-rng-pci') && !value?.startsWith('rng-random,');
  });
}

/** The option of the file that gives the domain the device, or takes it away (null). */
export function rngOptions(settings: DeviceSettings['rng'] | null, domain: DomainStruct): Options {
  const rest = without(textsAt(domain, 'b_info', 'extra_hvm'));
  const own =
    settings === null
      ? []
      : ['-object', `rng-random,id=rng0,filename=${settings.source}`, '-device', 'virtio-rng-pci,rng=rng0'];
  const common = without(textsAt(domain, 'b_info', 'extra'));
  const all = [...rest, ...own];
  return {
    device_model_args_hvm: all.length === 0 ? null : all,
    device_model_args: common.length === 0 ? null : common,
  };
}

export const rng: DeviceKind<'rng', RngConfig> = {
  kind: 'rng',
  title: 'Source of randomness',
  key: () => null,
  name: () => 'Source of randomness',
  summary: ({ source }) => source,
  settings: ({ source }) => ({ source }),
  rules: () => ({ source: 'restart' }),
  defaults: () => ({ source: '/dev/urandom' }),
  check: () => {},
};
