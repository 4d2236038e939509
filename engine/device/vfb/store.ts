import type { DeviceEntry, StoredGuest } from '../store.ts';
import { firstPort, type ScreenConfig } from './config.ts';

const flag = (value: boolean): string => (value ? '1' : '0');

/** A keyboard, which every screen brings. */
const keyboard: DeviceEntry = {
  kind: 'vkbd',
  libxlKind: 'vkbd',
  devid: 0,
  guestOwned: true,
  frontendPath: 'device/vkbd/0',
  frontend: { state: '1' },
  backend: { state: '1' },
  ready: {},
  waits: true,
};

const framebuffer = (screen: ScreenConfig): DeviceEntry => ({
  kind: 'vfb',
  libxlKind: 'vfb',
  devid: 0,
  guestOwned: true,
  frontendPath: 'device/vfb/0',
  frontend: { state: '1' },
  backend: {
    state: '1',
    vnc: flag(screen.vnc),
    vnclisten: screen.listen,
    ...(screen.password !== '' && { vncpasswd: screen.password }),
    vncdisplay: String((screen.port ?? firstPort) - firstPort),
    vncunused: flag(screen.unused),
    sdl: '0',
    opengl: '0',
    ...(screen.keymap !== null && { keymap: screen.keymap }),
  },
  ready: {},
  waits: true,
});

/** An HVM guest's screen is an adapter on its bus: the store has only its Xen keyboard. */
export function screenEntries(
  screen: ScreenConfig | null,
  guest: StoredGuest,
  hasKeyboard: boolean,
): DeviceEntry[] {
  if (guest.type === 'hvm') return hasKeyboard ? [keyboard] : [];
  return screen === null ? [] : [framebuffer(screen), keyboard];
}
