import type { NetworkInventory } from '../../../api/index.ts';
import { portOwners } from '../../port-owners.ts';
import type { HostContext } from '../context.ts';

/** The switches of the embedded host, with the cables to its guests. They are no interfaces of this computer: no addresses. */
export function readNetworks({ toolstack, domains }: HostContext): NetworkInventory {
  const owners = portOwners(domains.all);
  return {
    at: toolstack.clock.wallMs(),
    bridges: [...toolstack.bridges.values()].map((bridge) => ({
      name: bridge.name,
      kind: 'embedded',
      state: 'up',
      mac: null,
      addresses: [],
      ports: bridge.ports.map(({ name, link }) => ({
        name: name.slice(0, 64),
        state: link ? 'up' : 'down',
        mac: null,
        addresses: [],
        owner: owners(name),
      })),
    })),
    others: [],
    truncated: false,
  };
}
