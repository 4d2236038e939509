import { onScopeDispose, readonly, shallowRef, watch, type ShallowRef } from 'vue';
import type { ErrorData } from '../../../engine/api/error.ts';
import { toErrorData } from '../../client/error.ts';
import { useConnectionStore } from '../../store/connection.store.ts';
import { Asker, type AskerOptions } from './asker.ts';

export interface PollOptions<T> extends Pick<AskerOptions<T>, 'load' | 'everyMs'> {
  /** What is asked about: when it changes, the old answer is forgotten. */
  readonly about: () => string;
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
  const asker = new Asker<T>({
    load: options.load,
    everyMs: options.everyMs,
    wanted: () => !document.hidden && connection.online,
    answered: (answer) => {
      value.value = answer;
      error.value = null;
    },
    failed: (thrown) => (error.value = toErrorData(thrown)),
  });

  const onVisibility = (): void => void asker.refresh();
  document.addEventListener('visibilitychange', onVisibility);
  watch(
    () => [options.about(), connection.online] as const,
    ([about], before) => {
      if (before && before[0] !== about) value.value = error.value = null;
      asker.abandon();
      void asker.refresh();
    },
    { immediate: true },
  );
  onScopeDispose(() => {
    document.removeEventListener('visibilitychange', onVisibility);
    asker.end();
  });
  const refresh = (): Promise<void> => asker.refresh();
  return { value: readonly(value) as Readonly<ShallowRef<T | null>>, error, refresh };
}
