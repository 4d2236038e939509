import { onScopeDispose, shallowRef, watch, type ShallowRef } from 'vue';
import type { MediumInfo } from '../../../engine/api/medium.ts';
import { toErrorData } from '../../client/error.ts';
import { engineClient } from '../../client/session.ts';

const pauseMs = 300;

export interface Medium {
  /** What the file holds; null while nothing is known. */
  readonly info: Readonly<ShallowRef<MediumInfo | null>>;
  /** Why it cannot be looked at; empty when it can, and on hosts that do not look into files. */
  readonly problem: Readonly<ShallowRef<string>>;
}

/** Looks into the file that the domain is to start from, when typing pauses. */
export function useMedium(host: string, path: () => string): Medium {
  const info = shallowRef<MediumInfo | null>(null);
  const problem = shallowRef('');
  let timer: ReturnType<typeof setTimeout> | undefined;
  let call = new AbortController();

  async function look(asked: string): Promise<void> {
    const { signal } = (call = new AbortController());
    try {
      const found = await engineClient().file.inspect({ host, path: asked }, { signal });
      if (!signal.aborted) info.value = found;
    } catch (thrown) {
      const { code, message } = toErrorData(thrown);
      if (!signal.aborted && code !== 'ERROR_NI') problem.value = message;
    }
  }
  watch(
    () => path().trim(),
    (next) => {
      clearTimeout(timer);
      call.abort();
      info.value = null;
      problem.value = '';
      if (next !== '') timer = setTimeout(() => void look(next), pauseMs);
    },
    { immediate: true },
  );
  onScopeDispose(() => {
    clearTimeout(timer);
    call.abort();
  });
  return { info, problem };
}
