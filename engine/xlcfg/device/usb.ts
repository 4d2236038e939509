import { atoi, fields, strtoul } from '../cnumber.ts';
import { joinPairs, member, read, reject, splitAtEquals, type SpecResult } from './spec.ts';

/** A virtual USB controller as libxl's JSON names it. */
export interface UsbController {
  type?: 'auto' | 'pv' | 'devicemodel' | 'qusb';
  devid?: number;
  /** USB 1 to 3; default 2. */
  version?: number;
  /** Up to 31; default 8. */
  ports?: number;
}

/** A USB device of the host given to the guest. */
export interface UsbDevice {
  ctrl?: number;
  port?: number;
  /** `type.hostdev` of the JSON; absent as long as the spec names no type. */
  type?: { hostdev: { hostbus?: number; hostaddr?: number } };
}

const TYPES = ['auto', 'pv', 'devicemodel', 'qusb'] as const;

export function parseUsbController(spec: string): SpecResult<UsbController> {
  const controller: UsbController = {};
  for (const field of fields(spec)) {
    const [key, value] = splitAtEquals(field) ?? ['', ''];
    if (key === 'type') {
      const type = member(value, TYPES);
      if (type === undefined) return reject('usbctrl', `Invalid usb controller type '${value}'`, value);
      controller.type = type;
    } else if (key === 'version' || key === 'ports') controller[key] = atoi(value);
    else return reject('usbctrl', `Unknown string \`${field}' in usbctrl spec`, field);
  }
  return read(controller);
}

export function printUsbController({ type, version, ports }: UsbController): string {
  return joinPairs([
    ['type', type],
    ['version', version],
    ['ports', ports],
  ]);
}

const uint8 = (value: string): number => Number(BigInt.asUintN(8, strtoul(value, 0).value));

export function parseUsbDevice(spec: string): SpecResult<UsbDevice> {
  const device: UsbDevice = {};
  const hostdev: { hostbus?: number; hostaddr?: number } = {};
  for (const field of fields(spec)) {
    const [key, value] = splitAtEquals(field) ?? ['', ''];
    if (key === 'type') {
      if (value.toLowerCase() !== 'hostdev')
        return reject('usbdev', `Invalid usb device type: ${value}`, value);
      device.type = { hostdev };
    } else if (key === 'hostbus' || key === 'hostaddr') hostdev[key] = uint8(value);
    else if (key === 'controller') device.ctrl = atoi(value);
    else if (key === 'port') device.port = atoi(value);
    else return reject('usbdev', `Unknown string \`${field}' in usbdev spec`, field);
  }
  return read(device);
}

export function printUsbDevice({ ctrl, port, type }: UsbDevice): string {
  return joinPairs([
    ['type', type === undefined ? undefined : 'hostdev'],
    ['hostbus', type?.hostdev.hostbus],
    ['hostaddr', type?.hostdev.hostaddr],
    ['controller', ctrl],
    ['port', port],
  ]);
}
