/** A machine's sound card on the engine's side. */
import type { MachineSound, SoundChunk } from '../machine-sound.ts';
import type { ToWorker } from './protocol.ts';

type Listener = (chunk: SoundChunk) => void;

export interface SoundWire {
  /** Nothing once the machine is over. */
  post(message: ToWorker): void;
  onListenerError(error: unknown): void;
}

export class SoundLink implements MachineSound {
  readonly #wire: SoundWire;
  #listener: Listener | null = null;

  constructor(wire: SoundWire) {
    this.#wire = wire;
  }

  listen(listener: Listener): () => void {
    this.#listener = listener;
    this.#wire.post({ op: 'sound', say: 'listen' });
    return () => {
      if (this.#listener !== listener) return;
      this.#listener = null;
      this.#wire.post({ op: 'sound', say: 'silence' });
    };
  }

  receive(chunk: SoundChunk): void {
    this.#wire.post({ op: 'sound', say: 'taken' });
    try {
      this.#listener?.(chunk);
    } catch (error) {
      this.#wire.onListenerError(error);
    }
  }
}
