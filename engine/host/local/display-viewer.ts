import type { Picture } from '../../display/screen/screen.ts';
import type { RfbHooks, RfbSession } from '../../display/rfb/session.ts';
import type { MachineDisplay } from '../../guest/machine.ts';

/** What a domain's screen knows of one that looks at it. */
export interface ScreenViewer {
  readonly rfb: RfbSession;
  /** There is something new: show it as soon as the viewer has taken what it got before. */
  flush(): void;
  /** About the domain, not the picture. */
  tell(event: 'attached' | 'ended' | 'restarted', detail: string): void;
}

/** At one domain's screen at a time, in windows and from outside. */
export const maxViewers = 32;

/** The screen that viewers look at: a domain's, over all its machines. */
export interface ViewedScreen {
  /** Of the present run; null when the domain is off. */
  readonly machine: MachineDisplay | null;
  readonly picture: Picture;
  /** There are `maxViewers`. */
  readonly full: boolean;
  join(viewer: ScreenViewer): void;
  leave(viewer: ScreenViewer): void;
  /** Calls `listener` once the picture is the machine's present one; at once when there is no machine. Join first. */
  whenSeen(listener: () => void): void;
}

/** Where viewers from outside come in. */
export interface ScreenDoor {
  /** As people write it: `127.0.0.1:5900`. */
  readonly address: string;
  /** Does it ask for a password? */
  readonly locked: boolean;
}

/** Keyboard and pointer of one viewer, for the machine there is just now. */
export function viewerInput(machine: () => MachineDisplay | null): Pick<RfbHooks, 'key' | 'pointer'> {
  let last = { x: 0, y: 0 };
  return {
    key: (key, down) => machine()?.sendKey(key, down),
    pointer(x, y, buttons) {
      const [dx, dy] = [x - last.x, y - last.y];
      last = { x, y };
      const wheel = (buttons & 16 ? 1 : 0) - (buttons & 8 ? 1 : 0);
      const pressed = (bit: number): boolean => (buttons & bit) !== 0;
      machine()?.sendPointer({
        ...{ x, y, dx, dy, wheel },
        ...{ left: pressed(1), middle: pressed(2), right: pressed(4) },
      });
    },
  };
}
