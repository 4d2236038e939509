import { onMounted, shallowRef, type ShallowRef } from 'vue';
import { engineClient } from '../../client/session.ts';

/** Why passwords cannot be kept in the system's keyring; null when they can, or before it is known. */
export function useSecretStore(host: () => string): { why: ShallowRef<string | null> } {
  const why = shallowRef<string | null>(null);
  onMounted(async () => {
    const settings = await engineClient()
      .host.settings({ host: host() })
      .catch(() => null);
    why.value = settings?.secretStore.why ?? null;
  });
  return { why };
}
