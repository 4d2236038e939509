import { strtok, strtoul } from '../cnumber.ts';
import { joinPairs, member, read, reject, splitAtEquals, type SpecResult } from './spec.ts';

/** A virtio device served by another domain, as libxl's JSON names it. */
export interface Virtio {
  backend_domname?: string;
  type?: string;
  transport?: 'unknown' | 'mmio';
  grant_usage?: 'True' | 'False';
  devid?: number;
}

/** A device type such as `virtio,device22` holds a comma of its own. */
function pieces(spec: string): string[] {
  const parts = strtok(spec, ',').map((part) => part.replace(/^ +/, ''));
  const joined: string[] = [];
  for (let index = 0; index < parts.length; index++) {
    const part = parts[index] as string;
    const next = parts[index + 1];
    if (part.startsWith('type=virtio') && next !== undefined) {
      joined.push(`${part},${strtok(spec, ',')[index + 1]}`);
      index++;
    } else joined.push(part);
  }
  return joined;
}

export function parseVirtio(spec: string): SpecResult<Virtio> {
  const device: Virtio = {};
  for (const field of pieces(spec)) {
    const [key, value] = splitAtEquals(field) ?? ['', ''];
    if (key === 'backend') device.backend_domname = value;
    else if (key === 'type') device.type = value;
    else if (key === 'transport') {
      const transport = member(value, ['unknown', 'mmio']);
      if (transport === undefined) return reject('virtio', `Unknown virtio transport "${value}"`, value);
      device.transport = transport;
    } else if (key === 'grant_usage') device.grant_usage = strtoul(value, 0).value === 0n ? 'False' : 'True';
    else return reject('virtio', `Unknown string "${field}" in virtio spec`, field);
  }
  return read(device);
}

export function printVirtio({ backend_domname, type, transport, grant_usage }: Virtio): string {
  const grants = grant_usage === undefined ? undefined : grant_usage === 'True';
  return joinPairs([
    ['backend', backend_domname],
    ['transport', transport],
    ['grant_usage', grants],
    ['type', type],
  ]);
}
