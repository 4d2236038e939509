import { fields } from '../cnumber.ts';
import { joinPairs, read, reject, splitAtEquals, type SpecResult } from './spec.ts';

/** A socket interface forwarded to a backend domain. */
export interface Pvcalls {
  backend_domname?: string;
  devid?: number;
}

/** Reads `[backend=DOMAIN]`; a field without `=` ends the spec. */
export function parsePvcalls(spec: string): SpecResult<Pvcalls> {
  const device: Pvcalls = {};
  for (const field of fields(spec)) {
    const pair = splitAtEquals(field);
    if (pair === undefined) break;
    if (pair[0] !== 'backend')
      return reject('pvcalls', `Unknown string \`${pair[0]}' in pvcalls spec`, pair[0]);
    device.backend_domname = pair[1];
  }
  return read(device);
}

export function printPvcalls({ backend_domname }: Pvcalls): string {
  return joinPairs([['backend', backend_domname]]);
}
