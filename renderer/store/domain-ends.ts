import type { DomainInfo } from '../../engine/api/domain.ts';
import { useNoticeStore } from './notice.store.ts';
import { useSelectionStore } from './selection.store.ts';

/** Tells the person when a domain crashed, or its watchdog ended it, while they were looking elsewhere or at it. */
export function reportEnds(before: DomainInfo | null, after: DomainInfo): void {
  if (!before) return;
  const crashedNow = after.state === 'crashed' && before.state !== 'crashed';
  const exit = after.lastExit;
  const isNew = exit !== null && exit.at !== before.lastExit?.at;
  const watchdog = isNew && exit.reason === 'watchdog';
  const crashed = isNew && exit.reason === 'crash' && before.state !== 'crashed';
  if (!crashedNow && !crashed && !watchdog) return;
  const known = exit?.reason === 'crash' || watchdog;
  useNoticeStore().add({
    kind: 'warning',
    title: watchdog ? `${after.name} was stopped by its watchdog` : `${after.name} has crashed`,
    detail: known && exit?.detail ? exit.detail : 'The guest stopped by itself.',
    action: {
      title: 'Show',
      run: () => useSelectionStore().select({ host: after.host, domain: after.id }),
    },
  });
}
