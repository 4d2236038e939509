/** Keyboard and pointer of a machine on the worker's side. */
import type { ScreenSize } from '../../display/screen/screen.ts';
import type { MachinePointer } from '../machine.ts';
import type { Emulator } from './internals.ts';

/** Bytes the guest has not read; v86 keeps 1024 and forgets the oldest. */
const KEY_BUFFER = 256;
/** Keys that are let go of still come through, so that none sticks. */
const RELEASE_BUFFER = 960;
const MOUSE_BUFFER = 512;
/** A PS/2 packet tells of so much movement; longer ways take several. */
const PACKET_REACH = 127;
const PACKETS = 16;
const WHEEL_REACH = 8;

/** Keys whose scan codes are a story of their own: on press, on release (IBM PS/2, scan code set 1). */
const SPECIAL: ReadonlyMap<number, readonly [readonly number[], readonly number[]]> = new Map([
  [0xc6, [[0xe1, 0x1d, 0x45, 0xe1, 0x9d, 0xc5], []]],
  [
    0x54,
    [
      [0xe0, 0x37],
      [0xe0, 0xb7],
    ],
  ],
]);

/** Scan codes of a key in XT numbers (bit 7: prefix E0). */
export function scanCodes(key: number, down: boolean): readonly number[] {
  const special = SPECIAL.get(key);
  if (special) return special[down ? 0 : 1];
  const code = (key & 0x7f) | (down ? 0 : 0x80);
  return key & 0x80 ? [0xe0, code] : [code];
}

export class InputDevices {
  readonly #emulator: Emulator;
  #buttons = 0;

  constructor(emulator: Emulator) {
    this.#emulator = emulator;
  }

  key(key: number, down: boolean): void {
    const { ps2 } = this.#emulator.v86.cpu.devices;
    if (key < 1 || key > 0xff || ps2.kbd_buffer.length > (down ? KEY_BUFFER : RELEASE_BUFFER)) return;
    for (const code of scanCodes(key, down)) this.#emulator.bus.send('keyboard-code', code);
  }

  point(pointer: MachinePointer, screen: ScreenSize): void {
    const { ps2, vmware } = this.#emulator.v86.cpu.devices;
    const buttons = Number(pointer.left) | (Number(pointer.middle) << 1) | (Number(pointer.right) << 2);
    const roomy = ps2.mouse_buffer.length <= MOUSE_BUFFER;
    // A button that is let go of must not be lost.
    if (!roomy && buttons === this.#buttons) return;
    if (roomy) {
      if (vmware.enabled && vmware.absolute) this.#moveTo(pointer, screen);
      else this.#moveBy(pointer.dx, pointer.dy);
    }
    if (buttons !== this.#buttons) {
      this.#buttons = buttons;
      this.#emulator.bus.send('mouse-click', [pointer.left, pointer.middle, pointer.right]);
    }
    if (roomy) this.#turn(pointer.wheel);
  }

  #moveTo({ x, y }: MachinePointer, { width, height }: ScreenSize): void {
    this.#emulator.bus.send('mouse-absolute', [x, y, Math.max(1, width - 1), Math.max(1, height - 1)]);
    // The guest looks at the place when the PS/2 mouse says that something has happened.
    this.#emulator.bus.send('mouse-delta', [1, 0]);
  }

  #moveBy(dx: number, dy: number): void {
    let [x, y] = [dx, -dy];
    for (let packet = 0; packet < PACKETS && (x !== 0 || y !== 0); packet += 1) {
      const [stepX, stepY] = [bounded(x, PACKET_REACH), bounded(y, PACKET_REACH)];
      this.#emulator.bus.send('mouse-delta', [stepX, stepY]);
      x -= stepX;
      y -= stepY;
    }
  }

  #turn(wheel: number): void {
    const notches = bounded(wheel, WHEEL_REACH);
    const direction = Math.sign(notches);
    for (let notch = 0; notch < Math.abs(notches); notch += 1) {
      this.#emulator.bus.send('mouse-wheel', [-direction, 0]);
    }
  }
}

const bounded = (value: number, reach: number): number =>
  Math.max(-reach, Math.min(reach, Math.trunc(value)));
