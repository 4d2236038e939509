/** A machine's screen, keyboard and pointer on the engine's side. */
import type { ScreenUpdate } from '../../display/screen/screen.ts';
import type {
  MachineDisplay,
  MachinePicture,
  MachinePointer,
  MachineScreen,
  PictureRequest,
} from '../machine.ts';
import type { CallName, Calls, ToWorker } from './protocol.ts';

type WatchListener = (update: ScreenUpdate) => void | Promise<void>;

export interface DisplayWire {
  call<Name extends CallName>(name: Name, argument: Calls[Name]['argument']): Promise<Calls[Name]['result']>;
  /** Nothing once the machine is over. */
  post(message: ToWorker): void;
  onListenerError(error: unknown): void;
}

export class DisplayLink implements MachineDisplay {
  readonly #wire: DisplayWire;
  #watcher: { readonly listener: WatchListener } | null = null;

  constructor(wire: DisplayWire) {
    this.#wire = wire;
  }

  screen(): Promise<MachineScreen> {
    return this.#wire.call('screen', undefined);
  }

  text(): Promise<string[] | null> {
    return this.#wire.call('screenText', undefined);
  }

  picture(request: PictureRequest): Promise<MachinePicture> {
    return this.#wire.call('screenPicture', request);
  }

  watch(listener: WatchListener): () => void {
    const watcher = { listener };
    this.#watcher = watcher;
    this.#wire.post({ op: 'screen-watch', on: true });
    return () => {
      if (this.#watcher !== watcher) return;
      this.#watcher = null;
      this.#wire.post({ op: 'screen-watch', on: false });
    };
  }

  sendKey(key: number, down: boolean): void {
    this.#wire.post({ op: 'key', key, down });
  }

  sendPointer(pointer: MachinePointer): void {
    this.#wire.post({ op: 'pointer', pointer });
  }

  /** An update that was on its way when the watcher changed is not the new one's. */
  receive(update: ScreenUpdate): void {
    const watcher = this.#watcher;
    if (!watcher) return;
    const taken = (): void => {
      if (this.#watcher === watcher) this.#wire.post({ op: 'screen-taken' });
    };
    try {
      const pending = watcher.listener(update);
      if (!pending) taken();
      else pending.catch((error: unknown) => this.#wire.onListenerError(error)).finally(taken);
    } catch (error) {
      this.#wire.onListenerError(error);
      taken();
    }
  }
}
