import type { DeviceSettings } from '../../api/index.ts';
import type { Options } from '../part.ts';
import { at, boolAt, type DomainStruct, hvmPath, numberAt, textAt, typeOf } from '../struct.ts';

/** Where a VNC viewer finds display 0. */
export const firstPort = 5900;
export const defaultListen = '127.0.0.1';

/** The screen of a domain: an HVM guest's adapter with its VNC server, or a PV guest's first framebuffer. */
export interface ScreenConfig {
  readonly vnc: boolean;
  readonly listen: string;
  /** The display asked for, as a port; null: none in particular. */
  readonly port: number | null;
  /** Take the next free one when that is taken. */
  readonly unused: boolean;
  readonly password: string;
  /** As xl.cfg calls it: `cirrus`, `stdvga`, `qxl`, `none`. */
  readonly vga: string;
  readonly videoRamMiB: number;
  readonly keymap: string | null;
}

type ScreenSettings = DeviceSettings['vfb'];

/** Least video memory by adapter, in MiB (xl-cfg reference §4). */
const videoRam: Record<string, number> = { none: 0, cirrus: 8, stdvga: 16, qxl: 128 };

function readVnc(struct: DomainStruct, preset: boolean, path: readonly string[]) {
  const [listen = defaultListen, display] = (textAt(struct, ...path, 'listen') ?? '').split(/:(?=\d+$)/);
  const number = display === undefined ? numberAt(struct, ...path, 'display') : Number(display);
  return {
    vnc: boolAt(struct, preset, ...path, 'enable'),
    listen: listen === '' ? defaultListen : listen,
    port: number === undefined ? null : firstPort + number,
    unused: boolAt(struct, true, ...path, 'findunused'),
    password: textAt(struct, ...path, 'passwd') ?? '',
  };
}

function readHvm(struct: DomainStruct): ScreenConfig {
  const kind = textAt(struct, ...hvmPath, 'vga', 'kind') ?? 'cirrus';
  const vga = kind === 'std' ? 'stdvga' : kind;
  const kib = numberAt(struct, 'b_info', 'video_memkb');
  return {
    ...readVnc(struct, true, [...hvmPath, 'vnc']),
    vga,
    videoRamMiB: kib === undefined ? (videoRam[vga] ?? 8) : Math.floor(kib / 1024),
    keymap: textAt(struct, ...hvmPath, 'keymap') ?? null,
  };
}

/** null: the domain has none. An HVM guest without adapter and VNC has none either. */
export function readScreen(struct: DomainStruct): ScreenConfig | null {
  if (typeOf(struct) === 'hvm') {
    const screen = readHvm(struct);
    return screen.vga === 'none' && !screen.vnc ? null : screen;
  }
  const [first] = (at(struct, 'vfbs') ?? []) as readonly DomainStruct[];
  if (first === undefined) return null;
  const keymap = textAt(first, 'keymap') ?? null;
  return { ...readVnc(first, true, ['vnc']), vga: 'stdvga', videoRamMiB: 8, keymap };
}

export function screenSettings(screen: ScreenConfig): ScreenSettings {
  const { vnc, listen, port, vga, videoRamMiB, keymap } = screen;
  return { vnc, listen, port, password: '', vga: vga as ScreenSettings['vga'], videoRamMiB, keymap };
}

type Changed = Partial<ScreenSettings>;

function vncOptions({ vnc, listen, port, password }: Changed): Options {
  return {
    ...(vnc !== undefined && { vnc }),
    ...(listen !== undefined && { vnclisten: listen }),
    ...(port !== undefined && {
      vncdisplay: port === null ? null : port - firstPort,
      vncunused: port === null,
    }),
    ...(password !== undefined && { vncpasswd: password === '' ? null : password }),
  };
}

/** The options of an HVM guest's file. */
export function screenOptions(changed: Changed): Options {
  const { vga, videoRamMiB, keymap } = changed;
  return {
    ...vncOptions(changed),
    ...(vga !== undefined && { vga, stdvga: null }),
    ...(videoRamMiB !== undefined && { videoram: videoRamMiB }),
    ...(keymap !== undefined && { keymap }),
  };
}

export const noScreen: Options = {
  ...vncOptions({ vnc: false, port: null, password: '' }),
  vga: 'none',
  stdvga: null,
  videoram: null,
};

/** As the reader of xl.cfg gives a framebuffer. */
export interface WrittenVfb {
  vnc: {
    enable?: 'True' | 'False';
    listen?: string;
    passwd?: string;
    display?: number;
    findunused?: 'True' | 'False';
  };
  sdl: Record<string, never>;
  keymap?: string;
}

/** A PV guest's framebuffer with these settings; `before` keeps a password that is not given anew. */
export function writeVfb(settings: Changed, before: WrittenVfb = { vnc: {}, sdl: {} }): WrittenVfb {
  const { vnc, listen, port, password, keymap } = settings;
  const { display, findunused, passwd, ...rest } = before.vnc;
  const keepsPort = port === undefined;
  const secret = password === undefined ? passwd : password === '' ? undefined : password;
  const map = keymap === undefined ? before.keymap : (keymap ?? undefined);
  return {
    sdl: before.sdl,
    vnc: {
      ...rest,
      ...(vnc !== undefined && { enable: vnc ? 'True' : 'False' }),
      ...(listen !== undefined && { listen }),
      ...(keepsPort && display !== undefined && { display }),
      ...(keepsPort && findunused !== undefined && { findunused }),
      ...(port === null && { findunused: 'True' }),
      ...(typeof port === 'number' && { display: port - firstPort, findunused: 'False' }),
      ...(secret !== undefined && { passwd: secret }),
    },
    ...(map !== undefined && { keymap: map }),
  };
}
