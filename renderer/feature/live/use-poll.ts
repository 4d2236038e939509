import { onScopeDispose, readonly, shallowRef, watch, type ShallowRef } from 'vue';
import type { ErrorData } from '../../../engine/api/error.ts';
import { toErrorData } from '../../client/error.ts';
import { useConnectionStore } from '../../store/connection.store.ts';

export interface PollOptions<T> {
  /** What is asked about: when it changes, the old answer is forgotten. */
  readonly about: () => string;
  readonly load: (signal: AbortSignal) => Promise<T>;
  readonly everyMs: number;
}

export interface Poll<T> {
  /** The newest answer; kept while the engine is away. null before the first. */
  readonly value: Readonly<ShallowRef<T | null>>;
  /** Why the last try failed; null after a success. */
  readonly error: Readonly<ShallowRef<ErrorData | null>>;
  /** Asks again at once, e.g. after something was changed. */
  refresh(): Promise<void>;
}

/**
 * Asks again and again, `everyMs` after each answer, for as long as the component is there, the page can be seen and
 * the engine is reachable.
 */
export function usePoll<T>(options: PollOptions<T>): Poll<T> {
  const connection = useConnectionStore();
  const value = shallowRef<T | null>(null);
  const error = shallowRef<ErrorData | null>(null);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let call = new AbortController();

  async function refresh(): Promise<void> {
    clearTimeout(timer);
    call.abort();
    if (document.hidden || !connection.online) return;
    const { signal } = (call = new AbortController());
    try {
      const answer = await options.load(signal);
      if (signal.aborted) return;
      value.value = answer;
      error.value = null;
    } catch (thrown) {
      if (signal.aborted) return;
      error.value = toErrorData(thrown);
    }
    timer = setTimeout(() => void refresh(), options.everyMs);
  }

  const onVisibility = (): void => void refresh();
  document.addEventListener('visibilitychange', onVisibility);
  watch(
    () => [options.about(), connection.online] as const,
    ([about], before) => {
      if (before && before[0] !== about) value.value = null;
      void refresh();
    },
    { immediate: true },
  );
  onScopeDispose(() => {
    document.removeEventListener('visibilitychange', onVisibility);
    clearTimeout(timer);
    call.abort();
  });
  return { value: readonly(value) as Readonly<ShallowRef<T | null>>, error, refresh };
}
