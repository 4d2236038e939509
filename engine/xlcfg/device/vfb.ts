import { atoi, fields } from '../cnumber.ts';
import { joinPairs, splitAtEquals } from './spec.ts';

type Defbool = 'True' | 'False';

/** A paravirtual framebuffer as libxl's JSON names it. */
export interface Vfb {
  devid?: number;
  vnc: { enable?: Defbool; listen?: string; passwd?: string; display?: number; findunused?: Defbool };
  sdl: { enable?: Defbool; opengl?: Defbool; display?: string; xauthority?: string };
  keymap?: string;
}

const bool = (value: string): Defbool => (atoi(value) === 0 ? 'False' : 'True');

const SETTERS: Readonly<Record<string, (vfb: Vfb, value: string) => void>> = {
  vnc: (vfb, value) => void (vfb.vnc.enable = bool(value)),
  vnclisten: (vfb, value) => void (vfb.vnc.listen = value),
  vncpasswd: (vfb, value) => void (vfb.vnc.passwd = value),
  vncdisplay: (vfb, value) => void (vfb.vnc.display = atoi(value)),
  vncunused: (vfb, value) => void (vfb.vnc.findunused = bool(value)),
  keymap: (vfb, value) => void (vfb.keymap = value),
  sdl: (vfb, value) => void (vfb.sdl.enable = bool(value)),
  opengl: (vfb, value) => void (vfb.sdl.opengl = bool(value)),
  display: (vfb, value) => void (vfb.sdl.display = value),
  xauthority: (vfb, value) => void (vfb.sdl.xauthority = value),
};

/** Unknown keys are ignored; a field without `=` ends the spec (xl-cfg reference §4). Never fails. */
export function parseVfb(spec: string): Vfb {
  const vfb: Vfb = { vnc: {}, sdl: {} };
  for (const field of fields(spec)) {
    const pair = splitAtEquals(field);
    if (pair === undefined) break;
    if (Object.hasOwn(SETTERS, pair[0])) SETTERS[pair[0]]?.(vfb, pair[1]);
  }
  return vfb;
}

const shown = (value: Defbool | undefined): number | undefined =>
  value === undefined ? undefined : value === 'True' ? 1 : 0;

/** The specification text; reading it back gives the same device. */
export function printVfb({ vnc, sdl, keymap }: Vfb): string {
  return joinPairs([
    ['vnc', shown(vnc.enable)],
    ['vnclisten', vnc.listen],
    ['vncdisplay', vnc.display],
    ['vncunused', shown(vnc.findunused)],
    ['vncpasswd', vnc.passwd],
    ['sdl', shown(sdl.enable)],
    ['opengl', shown(sdl.opengl)],
    ['display', sdl.display],
    ['xauthority', sdl.xauthority],
    ['keymap', keymap],
  ]);
}
