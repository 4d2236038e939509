import { z } from 'zod';
import type { LinkState } from '../../../api/index.ts';
import { clean } from '../shell/text.ts';
import { jsonObjects } from './json-objects.ts';

/** A network interface of Domain-0, as `ip` has it. */
export interface IpInterface {
  readonly name: string;
  readonly state: LinkState;
  readonly mac: string | null;
  /** In CIDR notation, without link-local ones. */
  readonly addresses: readonly string[];
  /** What it is a port of: a bridge, a bond, `ovs-system`. */
  readonly master: string | null;
  readonly isLoopback: boolean;
}

const maxInterfaces = 8192;
const maxAddresses = 64;

const loose = <T extends z.ZodType>(schema: T) => schema.optional().catch(undefined);
const address = z.object({
  local: z.string(),
  prefixlen: z.number().int().min(0).max(128),
  scope: loose(z.string()),
});
const row = z.object({
  ifname: z.string().min(1),
  flags: loose(z.array(z.string())),
  operstate: loose(z.string()),
  link_type: loose(z.string()),
  address: loose(z.string()),
  master: loose(z.string()),
  addr_info: loose(z.array(z.unknown()).max(1000)),
});
type Row = z.infer<typeof row>;

const nameOf = (text: string): string => clean(text, 64);

/** A driver that does not say how it is (tun, dummies, switches' own) still says whether there is a carrier. */
function stateOf({ operstate, flags = [] }: Row): LinkState {
  if (operstate === 'UP') return 'up';
  if (operstate !== undefined && operstate !== 'UNKNOWN') return 'down';
  if (!flags.includes('UP')) return flags.length === 0 ? 'unknown' : 'down';
  return flags.includes('LOWER_UP') ? 'up' : 'unknown';
}

function addressesOf({ addr_info: info = [] }: Row): string[] {
  return info
    .flatMap((each) => address.safeParse(each).data ?? [])
    .filter(({ scope }) => scope !== 'link')
    .slice(0, maxAddresses)
    .flatMap(({ local, prefixlen }) => (/^[0-9a-f:.]{2,45}$/i.test(local) ? [`${local}/${prefixlen}`] : []));
}

/** `ip -j addr show` or `ip -j link show`: what of it can be read. */
export async function parseIp(text: string): Promise<IpInterface[]> {
  const found = new Map<string, IpInterface>();
  // A name may hold what JSON does not allow, and ip does not escape it.
  for await (const object of jsonObjects(text.replace(/[\x00-\x09\x0b-\x1f]/g, ' '))) {
    const read = row.safeParse(object);
    const name = read.success ? nameOf(read.data.ifname) : '';
    if (!read.success || name === '') continue;
    const { address: mac = '', master, link_type: type } = read.data;
    found.set(name, {
      name,
      state: stateOf(read.data),
      mac: /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(mac) ? mac.toLowerCase() : null,
      addresses: addressesOf(read.data),
      master: master === undefined ? null : nameOf(master),
      isLoopback: type === 'loopback',
    });
    if (found.size >= maxInterfaces) break;
  }
  return [...found.values()];
}

/** Open vSwitch's bridges and their ports: a line `bridge NAME` for each, its ports below. */
export function parseSwitches(text: string): Map<string, string[]> {
  const bridges = new Map<string, string[]>();
  let ports: string[] | null = null;
  for (const line of text.split('\n', maxInterfaces)) {
    const [, bridge] = /^bridge (.+)$/.exec(line) ?? [];
    if (bridge !== undefined) bridges.set(nameOf(bridge), (ports = []));
    else if (nameOf(line) !== '') ports?.push(nameOf(line));
  }
  bridges.delete('');
  return bridges;
}
