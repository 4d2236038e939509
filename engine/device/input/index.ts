import type { Part } from '../part.ts';
import { boolAt, type DomainStruct, hvmPath, oneOrMany, typeOf } from '../struct.ts';

const usbDevices = (domain: DomainStruct): string[] => oneOrMany(domain, hvmPath, 'usbdevice');

/** Pointer and keyboard. `tablet`: the pointer says where it is, not how far it moved. */
export const input: Part<'input'> = {
  kind: 'input',
  title: 'Keyboard and pointer',
  read: (domain) => ({
    tablet: usbDevices(domain).includes('tablet'),
    keyboard: boolAt(domain, true, ...hvmPath, 'vkb_device'),
  }),
  summary: ({ tablet, keyboard }) =>
    [tablet ? 'tablet' : 'mouse', keyboard ? 'Xen keyboard' : 'PS/2 keyboard'].join(', '),
  rules(domain) {
    const rule = typeOf(domain) === 'hvm' ? 'restart' : { no: 'A PV guest has the ones of its framebuffer.' };
    return { tablet: rule, keyboard: rule };
  },
  options({ tablet, keyboard }, domain) {
    const others = usbDevices(domain).filter((device) => device !== 'tablet');
    const devices = tablet ? [...others, 'tablet'] : others;
    const [only] = devices;
    return {
      ...(tablet !== undefined && {
        usbdevice: devices.length > 1 ? devices : (only ?? null),
        ...(tablet && { usb: true }),
      }),
      ...(keyboard !== undefined && { vkb_device: keyboard }),
    };
  },
};
