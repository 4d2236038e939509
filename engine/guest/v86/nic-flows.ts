/** The frames of all network cards of one machine on the engine's side. */
import type { Unsubscribe } from '../../lib/emitter.ts';
import { FrameFlow } from './frame-flow.ts';
import type { ToWorker } from './protocol.ts';

type FrameListener = (devid: number, frame: Uint8Array) => void;

export class NicFlows {
  readonly #post: (message: ToWorker, transfer: ArrayBuffer[]) => void;
  readonly #onListenerError: (error: unknown) => void;
  readonly #flows = new Map<number, FrameFlow>();
  readonly #listeners = new Set<{ readonly listener: FrameListener }>();

  constructor(
    post: (message: ToWorker, transfer: ArrayBuffer[]) => void,
    onListenerError: (error: unknown) => void,
  ) {
    this.#post = post;
    this.#onListenerError = onListenerError;
  }

  has(devid: number): boolean {
    return this.#flows.has(devid);
  }

  /** Does nothing for a card that is there already. */
  add(devid: number): void {
    if (this.has(devid)) return;
    const flow = new FrameFlow(devid, this.#post, this.#onListenerError);
    flow.onFrame((frame) => {
      for (const { listener } of [...this.#listeners]) listener(devid, frame);
    });
    this.#flows.set(devid, flow);
  }

  remove(devid: number): void {
    this.#flows.delete(devid);
  }

  drops(devid: number): number {
    return this.#flows.get(devid)?.drops ?? 0;
  }

  send(devid: number, frame: Uint8Array): void {
    this.#flows.get(devid)?.send(frame);
  }

  output(devid: number, batch: Uint8Array): void {
    this.#flows.get(devid)?.output(batch);
  }

  acknowledged(devid: number, bytes: number): void {
    this.#flows.get(devid)?.acknowledged(bytes);
  }

  onFrame(listener: FrameListener): Unsubscribe {
    const entry = { listener };
    this.#listeners.add(entry);
    return () => void this.#listeners.delete(entry);
  }
}
