import { parseChannel } from '../device/channel.ts';
import { diskErrorText, parseDisk } from '../device/disk.ts';
import { parsePvcalls } from '../device/pvcalls.ts';
import { parseP9 } from '../device/p9.ts';
import type { SpecResult } from '../device/spec.ts';
import { parseUsbController, parseUsbDevice } from '../device/usb.ts';
import { parseVfb } from '../device/vfb.ts';
import { parseVif, type VifMessage } from '../device/vif.ts';
import { parseVdispl } from '../device/vdispl.ts';
import { parseVsnd } from '../device/vsnd.ts';
import { parseVtpm } from '../device/vtpm.ts';
import { type Context, notAList, type Raw, Stop, type Step } from './context.ts';

/** Reads each element of a device list; `numbered` devices get a number, counting from 0. */
function each<T>(
  context: Context,
  key: string,
  field: string,
  parse: (spec: string) => SpecResult<T>,
  numbered: boolean,
): void {
  const specs = context.reader.strings(key);
  if (specs === undefined) return;
  context.config[field] = specs.map((spec, devid) => {
    const result = parse(spec);
    for (const { kind, text, near } of result.warnings)
      context.warn(kind, text, { param: key, ...(near === undefined ? {} : { near }) });
    if (!result.ok) {
      const { kind, text, near } = result.error;
      context.fail(kind, text, { param: key, ...(near === undefined ? {} : { near }) });
    }
    return numbered ? { ...result.value, devid } : result.value;
  });
}

const disks: Step = (context) => {
  const specs = context.reader.strings('disk');
  if (specs === undefined) return;
  context.config.disks = specs.map((spec) => {
    const result = parseDisk(spec);
    if (result.ok) return result.disk;
    for (const error of result.errors) {
      const text = diskErrorText(context.reader.source, result.spec, error);
      const near = error.near === undefined ? {} : { near: error.near };
      context.say({
        severity: 'error',
        kind: 'disk',
        text,
        param: 'disk',
        what: error.what,
        ...near,
      });
    }
    throw new Stop(1);
  });
};

const shares: Step = (context) => {
  const logs = context.host.logDirectory ?? '/var/log/xen';
  each(context, 'p9', 'p9s', (spec) => parseP9(spec, `${logs}/guests/${String(context.create.name)}`), false);
  each(context, 'vtpm', 'vtpms', parseVtpm, true);
  each(context, 'vdispl', 'vdispls', parseVdispl, true);
  each(context, 'pvcalls', 'pvcallsifs', parsePvcalls, true);
};

/** A card is itself a list of items; a text in its place is fatal. */
const soundCards: Step = (context: Context) => {
  const list = context.reader.list('vsnd');
  if (list === undefined) return;
  context.config.vsnds = list.map((item, devid) => {
    if (typeof item === 'string') {
      context.warn('warn-not-a-list', notAList(context, 'vsnd'));
      return context.fail('vsnd', 'Failed to get vsnd card list: Invalid argument', { param: 'vsnd' });
    }
    const end = item.findIndex((part) => typeof part !== 'string');
    const result = parseVsnd((end < 0 ? item : item.slice(0, end)) as readonly string[]);
    if (!result.ok) return context.fail('vsnd', result.error.text, { param: 'vsnd' });
    return { ...result.value, devid };
  });
};

const channels: Step = (context) => {
  each(context, 'channel', 'channels', parseChannel, false);
};

function vifProblem(context: Context, { severity, text, what, near }: VifMessage): void {
  const details = { param: 'vif', what, ...(near === undefined ? {} : { near }) };
  if (severity === 'fatal')
    context.fail(text.includes('config parsing') ? 'vif-rate' : 'bad-number', text, details);
  // A bad key in a file is only a message (xl-cfg reference §6).
  const param = near === 'mac' || near === 'type' ? near : 'vif';
  context.warn(severity === 'bad' ? 'warn-vif-key' : 'warn', text, { ...details, param });
}

const nics: Step = (context) => {
  const specs = context.reader.strings('vif');
  const presets = context.host.xlConf?.vifDefaults;
  if (specs !== undefined)
    context.config.nics = specs.map((spec, devid) => {
      const { nic, messages } = parseVif(spec, context.reader.source);
      for (const message of messages) vifProblem(context, message);
      const { colo, ...rest } = nic;
      return {
        devid,
        script: presets?.script,
        bridge: presets?.bridge,
        gatewaydev: presets?.gatewaydev,
        backend_domname: presets?.backend,
        ...rest,
        ...colo,
      };
    });
  if (context.reader.list('vif2') !== undefined) {
    const text = 'WARNING: vif2: netchannel2 is deprecated and not supported by xl';
    context.warn('warn-deprecated', text, { param: 'vif2' });
  }
};

/** Each framebuffer brings a keyboard with the same number. */
const framebuffers: Step = (context) => {
  const specs = context.reader.strings('vfb') ?? [];
  context.config.vfbs = specs.map((spec, devid): Raw => ({ ...parseVfb(spec), devid }));
  context.config.vkbs = specs.map((_, devid): Raw => ({ devid }));
};

const usb: Step = (context) => {
  each(context, 'usbctrl', 'usbctrls', parseUsbController, true);
  each(context, 'usbdev', 'usbdevs', parseUsbDevice, false);
};

export const DEVICES: readonly Step[] = [disks, shares, soundCards, channels, nics, framebuffers, usb];
