import { toInt32 } from '../cnumber.ts';
import type { Context, Raw, Step } from './context.ts';

function vncOptions(context: Context, vnc: Raw): void {
  context.boolean(vnc, 'enable', 'vnc');
  context.text(vnc, 'listen', 'vnclisten');
  context.text(vnc, 'passwd', 'vncpasswd');
  context.number(vnc, 'display', 'vncdisplay', toInt32);
  context.boolean(vnc, 'findunused', 'vncunused');
}

function sdlOptions(context: Context, sdl: Raw): void {
  context.boolean(sdl, 'enable', 'sdl');
  context.boolean(sdl, 'opengl', 'opengl');
  context.text(sdl, 'display', 'display');
  context.text(sdl, 'xauthority', 'xauthority');
}

/** On PV without vfb= the top-level keys make a framebuffer of their own; otherwise they belong to the HVM display. */
const topLevel: Step = (context) => {
  const { config, typed, type } = context;
  const vfbs = config.vfbs as Raw[];
  if (type !== 'pv' || vfbs.length > 0) {
    vncOptions(context, typed.vnc);
    sdlOptions(context, typed.sdl);
    return;
  }
  if ((context.reader.integer('vnc') ?? 0n) === 0n) return;
  const vfb = { devid: 0, vnc: {}, sdl: {} };
  vncOptions(context, vfb.vnc);
  sdlOptions(context, vfb.sdl);
  context.text(vfb, 'keymap', 'keymap');
  vfbs.push(vfb);
  (config.vkbs as Raw[]).push({ devid: 0 });
};

export const VGA: Readonly<Record<string, string>> = {
  stdvga: 'std',
  cirrus: 'cirrus',
  none: 'none',
  qxl: 'qxl',
};

const adapter: Step = (context) => {
  const { reader, typed } = context;
  const vga = reader.string('vga');
  if (vga !== undefined) {
    const kind = Object.hasOwn(VGA, vga) ? VGA[vga] : undefined;
    if (kind === undefined)
      context.fail('bad-value', `Unknown vga "${vga}" specified`, { near: vga, param: 'vga' });
    typed.vga.kind = kind;
    return;
  }
  const standard = reader.integer('stdvga');
  if (standard !== undefined) typed.vga.kind = standard === 0n ? 'cirrus' : 'std';
};

const hdtype: Step = (context) => {
  const { reader, typed } = context;
  const text = reader.string('hdtype');
  if (text === undefined) return;
  const known = context.member(text, ['ide', 'ahci']);
  if (known === undefined)
    context.fail('bad-value', `ERROR: invalid value "${text}" for "hdtype"`, { near: text, param: 'hdtype' });
  typed.hdtype = known;
};

const spice: Step = (context) => {
  const { typed } = context;
  context.text(typed, 'keymap', 'keymap');
  context.boolean(typed.spice, 'enable', 'spice');
  context.number(typed.spice, 'port', 'spiceport', toInt32);
  context.number(typed.spice, 'tls_port', 'spicetls_port', toInt32);
  context.text(typed.spice, 'host', 'spicehost');
  context.boolean(typed.spice, 'disable_ticketing', 'spicedisable_ticketing');
  context.text(typed.spice, 'passwd', 'spicepasswd');
  context.boolean(typed.spice, 'agent_mouse', 'spiceagent_mouse');
  context.boolean(typed.spice, 'vdagent', 'spicevdagent');
  context.boolean(typed.spice, 'clipboard_sharing', 'spice_clipboard_sharing');
  context.number(typed.spice, 'usbredirection', 'spiceusbredirection', toInt32);
  context.text(typed.spice, 'image_compression', 'spice_image_compression');
  context.text(typed.spice, 'streaming_video', 'spice_streaming_video');
  context.boolean(typed, 'nographic', 'nographic');
};

const graphicsPassthrough: Step = (context) => {
  const { reader, typed } = context;
  const number = reader.integer('gfx_passthru', 'quiet');
  if (number !== undefined) {
    typed.gfx_passthru = number === 0n ? 'False' : 'True';
    return;
  }
  const text = reader.string('gfx_passthru');
  if (text === undefined) return;
  const kind = context.member(text, ['default', 'igd']);
  if (kind === undefined)
    context.fail('bad-value', `ERROR: invalid value "${text}" for "gfx_passthru"`, {
      near: text,
      param: 'gfx_passthru',
    });
  typed.gfx_passthru_kind = kind;
  typed.gfx_passthru = 'True';
};

/** An option that may be one text or a list of texts. */
function oneOrMany(context: Context, key: string): void {
  const list = context.reader.strings(key, 'quiet');
  if (list === undefined) context.text(context.typed, key, key);
  else context.typed[`${key}_list`] = list;
}

const ports: Step = (context) => {
  const { typed } = context;
  oneOrMany(context, 'serial');
  context.text(typed, 'boot', 'boot');
  context.boolean(typed, 'usb', 'usb');
  context.number(typed, 'usbversion', 'usbversion', toInt32);
  oneOrMany(context, 'usbdevice');
  context.boolean(typed, 'vkb_device', 'vkb_device');
  context.text(typed, 'soundhw', 'soundhw');
  context.boolean(typed, 'xen_platform_pci', 'xen_platform_pci');
  context.boolean(typed, 'xen_platform_pci_bar_uc', 'xen_platform_pci_bar_uc');
};

const conflicts: Step = (context) => {
  const { vnc } = context.typed;
  if (typeof vnc.listen === 'string' && vnc.listen.includes(':') && vnc.display)
    context.fail('vnc-conflict', 'ERROR: Display specified both in vnclisten and vncdisplay!', {
      param: 'vnclisten',
    });
  const text = context.reader.string('vendor_device');
  if (text === undefined) return;
  const known = context.member(text, ['none', 'xenserver']);
  if (known === undefined)
    context.fail(
      'bad-value',
      `xl: unknown vendor_device '${text}'`,
      { near: text, param: 'vendor_device' },
      3,
    );
  context.typed.vendor_device = known;
};

const HVM_ONLY: readonly Step[] = [adapter, hdtype, spice, graphicsPassthrough, ports, conflicts];

export const DISPLAY: readonly Step[] = [
  topLevel,
  (context) => {
    context.boolean(context.build, 'dm_restrict', 'dm_restrict');
    if (context.type === 'hvm') for (const step of HVM_ONLY) step(context);
  },
];
