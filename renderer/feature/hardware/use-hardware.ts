import { watch } from 'vue';
import type { DomainInfo } from '../../../engine/api/domain.ts';
import type { HardwareView } from '../../../engine/api/hardware.ts';
import { engineClient } from '../../client/session.ts';
import { keyOf } from '../../store/domain.store.ts';
import { usePoll, type Poll } from '../live/use-poll.ts';

/** A domain's hardware for as long as it is looked at; asked for at once when the domain changes. */
export function useHardware(domain: () => DomainInfo): Poll<HardwareView> {
  const poll = usePoll({
    about: () => keyOf(domain()),
    load: (signal) => engineClient().hardware.view({ host: domain().host, domain: domain().id }, { signal }),
    everyMs: 2000,
  });
  watch(
    () => {
      const { domid, state, operation, configPath, disks, nics } = domain();
      return [domid, state, operation, configPath, disks, nics];
    },
    () => void poll.refresh(),
  );
  return poll;
}

/** Which item was looked at last, for domains whose Hardware page was open in this window. */
const selectedLast = new Map<string, string>();

export const lastSelected = (domain: DomainInfo): string => selectedLast.get(keyOf(domain)) ?? '';
export const rememberSelected = (domain: DomainInfo, id: string): void =>
  void selectedLast.set(keyOf(domain), id);
