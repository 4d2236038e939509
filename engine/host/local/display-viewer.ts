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
