import { onScopeDispose, shallowRef, type ShallowRef } from 'vue';
import type { ErrorData } from '../../../engine/api/error.ts';
import type { DoctorReport, HostDraft, PromptAnswer } from '../../../engine/api/hosts.ts';
import { toErrorData } from '../../client/error.ts';
import { engineClient } from '../../client/session.ts';

export interface Doctor {
  readonly report: ShallowRef<DoctorReport | null>;
  readonly running: ShallowRef<boolean>;
  /** Why there is no report. */
  readonly error: ShallowRef<ErrorData | null>;
  /** Looks anew; what was answered counts again, unless it was wrong. */
  run(): Promise<void>;
  /** Answers what the report asks, and goes on. */
  answer(answer: PromptAnswer): Promise<void>;
}

/** Looks at the way to a host step by step. Answers live as long as whoever asked for this, and no longer. */
export function useDoctor(draft: () => HostDraft | null, host: () => string | null): Doctor {
  const report = shallowRef<DoctorReport | null>(null);
  const running = shallowRef(false);
  const error = shallowRef<ErrorData | null>(null);
  const answers = new Map<string, PromptAnswer>();
  let call = new AbortController();

  async function run(): Promise<void> {
    const about = draft();
    if (!about) return;
    call.abort();
    const { signal } = (call = new AbortController());
    running.value = true;
    error.value = null;
    try {
      const given = [...answers].map(([prompt, answer]) => ({ prompt, answer }));
      const found = await engineClient().host.test(
        { draft: about, host: host(), answers: given },
        { signal },
      );
      if (signal.aborted) return;
      // Asked once more: the answer was wrong.
      if (found.prompt) answers.delete(found.prompt.id);
      report.value = found;
    } catch (thrown) {
      if (!signal.aborted) error.value = toErrorData(thrown);
    } finally {
      if (!signal.aborted) running.value = false;
    }
  }

  async function answer(given: PromptAnswer): Promise<void> {
    const prompt = report.value?.prompt;
    if (!prompt) return;
    answers.set(prompt.id, given);
    await run();
  }

  onScopeDispose(() => call.abort());
  return { report, running, error, run, answer };
}
