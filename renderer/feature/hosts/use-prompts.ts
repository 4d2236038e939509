import { watch } from 'vue';
import type { HostInfo } from '../../../engine/api/host.ts';
import { useDialogStore } from '../../store/dialog.store.ts';
import { useHostStore } from '../../store/host.store.ts';

/** The same question asked again is another one. */
const promptKey = ({ id, connection }: HostInfo): string =>
  `${id} ${connection?.prompt?.id ?? ''} ${connection?.attempt ?? 0} ${connection?.since ?? 0}`;

/** Shows what hosts ask, one after the other, as soon as no other dialog is open; each question once by itself. */
export function usePrompts(): void {
  const dialogs = useDialogStore();
  const hosts = useHostStore();
  const seen = new Set<string>();

  watch(
    () => (dialogs.open || dialogs.question ? [] : hosts.list.filter((host) => host.connection?.prompt)),
    (asking) => {
      const next = asking.find((host) => !seen.has(promptKey(host)));
      if (!next) return;
      seen.add(promptKey(next));
      dialogs.show({ kind: 'host-prompt', host: next.id });
    },
    { immediate: true },
  );
}
