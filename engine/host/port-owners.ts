import type { NetworkPort } from '../api/index.ts';
import type { GuestConfig } from '../toolstack/guest-config.ts';
import { interfaceName } from '../toolstack/vifs.ts';

/** A domain as far as its cards are known. */
interface Owner {
  readonly id: string;
  readonly name: string;
  readonly live: { readonly domid: number; readonly config: GuestConfig | null } | null;
}

type PortOwner = NonNullable<NetworkPort['owner']>;

const cut = (text: string, max: number): string => text.slice(0, max);

/**
 * Whose card an interface of Domain-0 is the other end of: by the name its configuration gives it, else by `vifDOMID.DEVID`;
 * what QEMU adds for an emulated card has `-emu` behind it. `clean` makes text of another computer fit to be shown.
 */
export function portOwners(domains: readonly Owner[], clean = cut): (name: string) => PortOwner | null {
  const byInterface = new Map<string, PortOwner>();
  const byDomid = new Map<number, Owner>();
  for (const domain of domains) {
    const { live } = domain;
    if (!live) continue;
    byDomid.set(live.domid, domain);
    for (const nic of live.config?.nics ?? []) {
      if (nic.devid < 0) continue;
      const owner = ownerOf(domain, live.domid, nic.devid, clean(nic.mac ?? '', 17));
      byInterface.set(interfaceName(live.domid, nic), owner);
    }
  }
  function ownerOf({ id, name }: Owner, domid: number, devid: number, mac: string): PortOwner {
    return { domain: id, name: clean(name, 256), domid, devid, mac };
  }
  return (name) => {
    const plain = name.replace(/-emu$/, '');
    const found = byInterface.get(plain);
    if (found) return found;
    const [, domid, devid] = /^vif(\d{1,5})\.(\d{1,4})$/.exec(plain) ?? [];
    const domain = byDomid.get(Number(domid));
    return domain && devid !== undefined ? ownerOf(domain, Number(domid), Number(devid), '') : null;
  };
}
