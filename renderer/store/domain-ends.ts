import type { DomainInfo } from '../../engine/api/domain.ts';
import { useNoticeStore } from './notice.store.ts';
import { useSelectionStore } from './selection.store.ts';

/** Tells the person when a domain crashed while they were looking elsewhere or at it. */
export function reportEnds(before: DomainInfo | null, after: DomainInfo): void {
  if (!before) return;
  const crashedNow = after.state === 'crashed' && before.state !== 'crashed';
  const exit = after.lastExit;
  const ended = exit?.reason === 'crash' && exit.at !== before.lastExit?.at;
  if (!crashedNow && !(ended && before.state !== 'crashed')) return;
  useNoticeStore().add({
    kind: 'warning',
    title: `${after.name} has crashed`,
    detail: exit?.reason === 'crash' && exit.detail ? exit.detail : 'The guest stopped by itself.',
    action: {
      title: 'Show',
      run: () => useSelectionStore().select({ host: after.host, domain: after.id }),
    },
  });
}
