import {
  maxBridges,
  maxPorts,
  type NetworkBridge,
  type NetworkInventory,
  type NetworkPort,
} from '../../../api/index.ts';
import { portOwners } from '../../port-owners.ts';
import type { XenContext } from '../host-context.ts';
import { type IpInterface, parseIp, parseSwitches } from '../parse/ip.ts';
import { clean } from '../shell/text.ts';

/** Open vSwitch's database is asked for 3 s at most: without its daemon it would be waited for without end. */
const script = [
  'set -f; ip -j addr show 2>/dev/null; echo; echo @bridges; ip -j link show type bridge 2>/dev/null; echo; echo @switches;',
  'if command -v ovs-vsctl >/dev/null 2>&1; then',
  `for b in $(ovs-vsctl -t 3 list-br 2>/dev/null | head -n ${maxBridges}); do`,
  'echo "bridge $b"; ovs-vsctl -t 3 -- list-ports "$b" 2>/dev/null || break; done; fi; exit 0',
].join(' ');

/** What every port of Open vSwitch has as its master. */
const ovsMaster = 'ovs-system';

export interface FoundNetworks {
  readonly interfaces: readonly IpInterface[];
  /** Linux bridges. */
  readonly bridges: readonly string[];
  /** Of Open vSwitch, with their ports. */
  readonly switches: ReadonlyMap<string, readonly string[]>;
}

/** What the script printed, as far as it can be read. */
export async function parseNetworks(text: string): Promise<FoundNetworks> {
  const [addresses = '', rest = ''] = text.split('\n@bridges\n', 2);
  const [bridges = '', switches = ''] = rest.split('\n@switches\n', 2);
  return {
    interfaces: await parseIp(addresses),
    bridges: (await parseIp(bridges)).map(({ name }) => name),
    switches: parseSwitches(switches),
  };
}

type Owners = ReturnType<typeof portOwners>;

/** Bridges with their ports, and what is at none. `known`: bridges seen when connecting, for a host without `ip`. */
export function networksOf(
  { interfaces, bridges, switches }: FoundNetworks,
  owners: Owners,
  known: readonly string[],
  at: number,
): NetworkInventory {
  const byName = new Map(interfaces.map((each) => [each.name, each]));
  const unknown = { state: 'unknown', mac: null, addresses: [] } as const;
  const portOf = (name: string): NetworkPort => {
    const { state, mac, addresses } = byName.get(name) ?? unknown;
    return { name, state, mac, addresses: [...addresses], owner: owners(name) };
  };
  const bridgeOf = (name: string, kind: NetworkBridge['kind'], ports: readonly string[]): NetworkBridge => {
    const { owner: _, ...itself } = portOf(name);
    return { ...itself, kind, ports: ports.slice(0, maxPorts).map(portOf) };
  };
  const linux = new Set([...bridges, ...(interfaces.length === 0 ? known : [])]);
  for (const name of switches.keys()) linux.delete(name);
  const ports = new Map<string, string[]>([...linux].map((name) => [name, []]));
  for (const { name, master } of interfaces) if (master !== null) ports.get(master)?.push(name);
  const all = [
    ...[...ports].map(([name, its]) => bridgeOf(name, 'linux', its)),
    ...[...switches].map(([name, its]) => bridgeOf(name, 'openvswitch', its)),
  ];
  const placed = new Set([
    ovsMaster,
    ...all.flatMap(({ name, ports: its }) => [name, ...its.map((port) => port.name)]),
  ]);
  const others = interfaces.filter(({ name, isLoopback }) => !isLoopback && !placed.has(name));
  const longest = Math.max(
    others.length,
    0,
    ...[...ports.values(), ...switches.values()].map((its) => its.length),
  );
  return {
    at,
    bridges: all.slice(0, maxBridges),
    others: others.slice(0, maxPorts).map(({ name }) => portOf(name)),
    truncated: longest > maxPorts || all.length > maxBridges,
  };
}

/** Bridges of Linux and of Open vSwitch, and the interfaces of Domain-0 that are at none. */
export async function readNetworks(host: XenContext, signal?: AbortSignal): Promise<NetworkInventory> {
  const { stdout } = await host.xl.script('a look at its networks', script, [], { signal });
  const found = await parseNetworks(stdout);
  const owners = portOwners(host.domains.all, (text, max) => clean(text, max));
  return networksOf(found, owners, host.facts()?.bridges ?? [], host.clock.wallMs());
}
