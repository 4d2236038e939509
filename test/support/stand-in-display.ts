import { type Picture, type ScreenUpdate, wholeOf } from '../../engine/display/screen/screen.ts';
import type {
  MachineDisplay,
  MachinePicture,
  MachinePointer,
  MachineScreen,
} from '../../engine/guest/machine-display.ts';
import type { Machine, MachineSpec } from '../../engine/guest/machine.ts';
import { MemoryMachine } from './memory-machine.ts';

/** A screen that shows what the test paints, and notes what is typed. */
export class StandInDisplay implements MachineDisplay {
  readonly log: string[] = [];
  #picture!: Picture;
  #listener: ((update: ScreenUpdate) => void | Promise<void>) | null = null;

  constructor(width: number, height: number) {
    this.resize(width, height);
  }

  get watched(): boolean {
    return this.#listener !== null;
  }

  resize(width: number, height: number): void {
    this.#picture = { width, height, pixels: new Uint32Array(width * height).fill(0xff112233) };
    this.#tell();
  }

  /** The whole screen in one colour. */
  paint(colour: number): void {
    this.#picture.pixels.fill(colour | 0xff000000);
    this.#tell();
  }

  async screen(): Promise<MachineScreen> {
    const { width, height } = this.#picture;
    return { mode: 'graphics', width, height, absolutePointer: true };
  }

  async text(): Promise<null> {
    return null;
  }

  async picture(): Promise<MachinePicture> {
    return { ...(await this.screen()), seq: 1, small: null };
  }

  watch(listener: (update: ScreenUpdate) => void | Promise<void>): () => void {
    this.#listener = listener;
    setImmediate(() => this.#tell());
    return () => {
      if (this.#listener === listener) this.#listener = null;
    };
  }

  sendKey(key: number, down: boolean): void {
    this.log.push(`key ${key} ${down ? 'down' : 'up'}`);
  }

  sendPointer({ x, y, left }: MachinePointer): void {
    this.log.push(`pointer ${x},${y}${left ? ' left' : ''}`);
  }

  #tell(): void {
    const picture = this.#picture;
    void this.#listener?.({
      ...{ mode: 'graphics', picture, move: null, rects: [wholeOf(picture)], absolutePointer: true },
    });
  }
}

/** A machine that has nothing but this screen. */
export function standInMachine(display: MachineDisplay): Machine {
  const spec = { name: 'web', memoryKiB: 65_536, disks: [], nics: [] };
  const machine = new MemoryMachine(spec as unknown as MachineSpec);
  return Object.assign(machine, { display });
}
