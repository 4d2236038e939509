import { shallowRef, watch } from 'vue';
import type { DomainBoot } from '../../../engine/api/dom0.ts';
import type { DomainInfo } from '../../../engine/api/domain.ts';
import type { ErrorData } from '../../../engine/api/error.ts';
import { toErrorData } from '../../client/error.ts';
import { engineClient } from '../../client/session.ts';
import { useConnectionStore } from '../../store/connection.store.ts';

/** The boot menu on a domain's own disk, read again when the domain stops or starts: guests install kernels. */
export function useDomainBoot(domain: () => DomainInfo | null) {
  const connection = useConnectionStore();
  const boot = shallowRef<DomainBoot | null>(null);
  const error = shallowRef<ErrorData | null>(null);

  async function read(): Promise<void> {
    const asked = domain();
    if (!asked || !connection.online) return;
    const { host, id } = asked;
    const answer = await engineClient()
      .boot.ofDomain({ host, domain: id })
      .then(
        (value) => ({ value, error: null }),
        (thrown: unknown) => ({ value: null, error: toErrorData(thrown) }),
      );
    if (domain()?.id !== id) return;
    boot.value = answer.value;
    error.value = answer.error;
  }
  watch(
    () => {
      const { host, id, domid, configPath } = domain() ?? {};
      return [host, id, domid, configPath, connection.online] as const;
    },
    (next, before) => {
      if (next[1] !== before?.[1]) boot.value = error.value = null;
      void read();
    },
    { immediate: true },
  );
  return { boot, error, read };
}
