/**
 * Typed events. `Events` maps a name to the payload of that event:
 * `new Emitter<{ exit: ExitReason; tick: void }>()`.
 */
export type Listener<T> = (payload: T) => void;
export type Unsubscribe = () => void;

type Payload<T> = [T] extends [void] ? [] : [payload: T];

export class Emitter<Events extends object> {
  readonly #listeners = new Map<keyof Events, Set<Listener<never>>>();
  readonly #onListenerError: ((error: unknown, event: keyof Events) => void) | undefined;

  /**
   * A listener that throws never keeps the others from hearing the event. Its error goes to `onListenerError`;
   * without one, `emit` throws it after everyone has heard (an AggregateError when there were several).
   */
  constructor(onListenerError?: (error: unknown, event: keyof Events) => void) {
    this.#onListenerError = onListenerError;
  }

  /** Each call is a subscription of its own, also for the same function. The returned function is idempotent. */
  on<K extends keyof Events>(event: K, listener: Listener<Events[K]>): Unsubscribe {
    const own: Listener<Events[K]> = (payload) => listener(payload);
    const set = this.#listeners.get(event) ?? new Set<Listener<never>>();
    this.#listeners.set(event, set.add(own));
    return () => {
      set.delete(own);
    };
  }

  /** Hears the next event only. */
  once<K extends keyof Events>(event: K, listener: Listener<Events[K]>): Unsubscribe {
    const off = this.on(event, (payload) => {
      off();
      listener(payload);
    });
    return off;
  }

  /** Synchronous, in order of subscription. Those who subscribe or leave meanwhile count from the next event on. */
  emit<K extends keyof Events>(event: K, ...payload: Payload<Events[K]>): void {
    const errors: unknown[] = [];
    for (const listener of [...(this.#listeners.get(event) ?? [])]) {
      try {
        (listener as Listener<Events[K]>)(payload[0] as Events[K]);
      } catch (error) {
        if (this.#onListenerError) this.#onListenerError(error, event);
        else errors.push(error);
      }
    }
    if (errors.length === 1) throw errors[0];
    if (errors.length > 1) throw new AggregateError(errors, `Listeners of ${String(event)} failed`);
  }

  listenerCount(event: keyof Events): number {
    return this.#listeners.get(event)?.size ?? 0;
  }

  /** Forgets every listener. */
  dispose(): void {
    for (const set of this.#listeners.values()) set.clear();
    this.#listeners.clear();
  }
}
