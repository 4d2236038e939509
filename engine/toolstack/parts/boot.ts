import type { PartSettings } from '../../api/index.ts';
import type { Options, Part } from '../../device/part.ts';
import { boolAt, type DomainStruct, hvmPath, textAt, typeOf } from '../../device/struct.ts';

type Boot = PartSettings['boot'];

const defaultOrder = 'cda';
const pvgrub = /(?:^|\/)(pvgrub\w*)\.bin$/;

function read(domain: DomainStruct): Boot {
  const text = (key: string): string => textAt(domain, 'b_info', key) ?? '';
  const grub = pvgrub.exec(text('kernel'))?.[1];
  const hvm = typeOf(domain) === 'hvm';
  return {
    order: hvm ? (textAt(domain, ...hvmPath, 'boot') ?? defaultOrder) : '',
    kernel: grub === undefined ? text('kernel') : '',
    ramdisk: text('ramdisk'),
    cmdline: text('cmdline'),
    bootloader: text('bootloader'),
    firmware: hvm
      ? (textAt(domain, ...hvmPath, 'firmware') ?? textAt(domain, ...hvmPath, 'bios') ?? '')
      : (grub ?? ''),
    acpi: boolAt(domain, true, 'b_info', 'acpi'),
    autostart: false,
  };
}

const orNone = (text: string): string | null => (text === '' ? null : text);

/** xl.cfg's older or longer words for the same go away with a change. */
const synonyms: Readonly<Record<string, readonly string[]>> = {
  cmdline: ['root', 'extra'],
  firmware: ['bios'],
};

function options(changed: Partial<Boot>): Options {
  const { order, acpi, autostart: _, ...texts } = changed;
  const written = Object.entries(texts).flatMap(([key, value]): [string, string | null][] => [
    [key, orNone(value)],
    ...(synonyms[key] ?? []).map((old): [string, null] => [old, null]),
  ]);
  return {
    ...Object.fromEntries(written),
    ...(order !== undefined && { boot: orNone(order) }),
    ...(acpi !== undefined && { acpi }),
  };
}

/** `autostart` is a link in /etc/xen/auto, not a word of the file: whoever knows it fills it in. */
export const boot: Part<'boot'> = {
  kind: 'boot',
  title: 'Boot',
  read,
  summary: ({ bootloader, kernel, order, firmware }) => {
    if (bootloader !== '') return `boot loader ${bootloader}`;
    if (kernel !== '') return `kernel ${kernel}`;
    return order === '' ? firmware : `firmware, order ${order}`;
  },
  rules(domain) {
    const hvm = typeOf(domain) === 'hvm';
    return {
      order: hvm ? 'restart' : { no: 'Only HVM guests have firmware that tries one device after the other.' },
      kernel: 'restart',
      ramdisk: 'restart',
      cmdline: 'restart',
      bootloader: hvm ? { no: 'An HVM guest is started by its firmware or its kernel.' } : 'restart',
      firmware: 'restart',
      acpi: 'restart',
      autostart: 'restart',
    };
  },
  options,
};
