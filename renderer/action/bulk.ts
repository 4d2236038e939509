import type { Confirmation } from '../store/dialog.store.ts';
import type { DomainAction, DomainContext } from './action.ts';
import { bind, type BoundAction, type Runner } from './bound.ts';

/** One action on many domains: those that can take it, and those that cannot with the reason. */
export interface Bulk {
  readonly action: DomainAction;
  readonly ready: readonly { readonly name: string; readonly bound: BoundAction }[];
  readonly skipped: readonly { readonly name: string; readonly why: string }[];
}

export function bulkOf(action: DomainAction, contexts: readonly DomainContext[]): Bulk {
  const ready: Bulk['ready'][number][] = [];
  const skipped: Bulk['skipped'][number][] = [];
  const onSeveral = new Set(contexts.map(({ host }) => host.id)).size > 1;
  for (const context of contexts) {
    const where = onSeveral ? ` on ${context.host.name}` : '';
    const name = `${context.domain.name}${where}`;
    const own = bind(action, context);
    const bound = where && own.xl !== null ? { ...own, xl: `${own.xl} #${where}` } : own;
    if (bound.state === true) ready.push({ name, bound });
    else skipped.push({ name, why: bound.state.why });
  }
  return { action, ready, skipped };
}

/** One question for all of them, naming each, what is lost, and each that is left out with the reason. */
export function bulkQuestion({ action, ready, skipped }: Bulk): Confirmation {
  const lines = ready.flatMap(({ bound }) => bound.xl ?? []);
  const many = ready.length === 1 ? (ready[0]?.name ?? '') : `${ready.length} domains`;
  const details = ready.length > 1 ? [{ title: many, items: ready.map(({ name }) => name) }] : [];
  if (skipped.length > 0)
    details.push({ title: `Left out: ${skipped.length}`, items: skipped.map(({ why }) => why) });
  const title = action.title.replace(/…$/, '');
  return {
    title: `${title}: ${many}?`,
    text: action.bulkText ?? 'Each shows in Activity with its result.',
    details,
    confirmLabel: `${title} (${ready.length})`,
    harmless: action.destructive !== true,
    command: lines.length > 0 ? lines.join('\n') : null,
  };
}

/** Most at the same time: the engine stays free for others. */
const atOnce = 4;

/** Runs it on all that are ready; a failure is reported and does not stop the rest. Resolves to how many were done. */
export async function runAll({ action, ready }: Bulk, runner: Pick<Runner, 'fail'>): Promise<number> {
  const waiting = [...ready];
  let done = 0;
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      try {
        await next.bound.runInBulk();
        done += 1;
      } catch (error) {
        runner.fail(`${action.title} failed for ${next.name}`, error);
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return done;
}
