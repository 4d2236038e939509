import { onScopeDispose, shallowRef, watch, type ShallowRef } from 'vue';
import type { ConfigCheck, ConfigOption } from '../../../engine/api/dom0.ts';
import { toErrorData } from '../../client/error.ts';
import { engineClient } from '../../client/session.ts';

const pauseMs = 250;

/** What `xl create -n` says of a text, asked when typing pauses. null until the first answer; `problem`: why there is none. */
export function useCheck(host: () => string, text: () => string | null, source: () => string) {
  const check: ShallowRef<ConfigCheck | null> = shallowRef(null);
  const problem = shallowRef<string | null>(null);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let call = new AbortController();

  async function ask(asked: string): Promise<void> {
    call.abort();
    const { signal } = (call = new AbortController());
    try {
      const answer = await engineClient().config.check(
        { host: host(), text: asked, source: source() },
        { signal },
      );
      if (signal.aborted) return;
      check.value = answer;
      problem.value = null;
    } catch (thrown) {
      if (signal.aborted) return;
      check.value = null;
      problem.value = toErrorData(thrown).message;
    }
  }
  watch(
    text,
    (next) => {
      clearTimeout(timer);
      if (next !== null) timer = setTimeout(() => void ask(next), check.value ? pauseMs : 0);
    },
    { immediate: true },
  );
  onScopeDispose(() => {
    clearTimeout(timer);
    call.abort();
  });
  return { check, problem };
}

/** The options an editor completes; empty until they came, and when the host has none to tell. */
export function useConfigOptions(host: () => string): Readonly<ShallowRef<readonly ConfigOption[]>> {
  const options = shallowRef<readonly ConfigOption[]>([]);
  watch(
    host,
    async (id) => {
      options.value = await engineClient()
        .config.options({ host: id })
        .catch(() => []);
    },
    { immediate: true },
  );
  return options;
}
