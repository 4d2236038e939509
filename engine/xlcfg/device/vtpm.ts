import { fields } from '../cnumber.ts';
import { joinPairs, read, reject, splitAtEquals, type SpecResult } from './spec.ts';

/** A virtual TPM as libxl's JSON names it. */
export interface Vtpm {
  backend_domname: string;
  devid?: number;
  uuid?: string;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Reads `backend=DOMAIN[,uuid=UUID]`; a field without `=` ends the spec. */
export function parseVtpm(spec: string): SpecResult<Vtpm> {
  let backend: string | undefined;
  let uuid: string | undefined;
  for (const field of fields(spec)) {
    const pair = splitAtEquals(field);
    if (pair === undefined) break;
    const [key, value] = pair;
    if (key === 'backend') backend = value;
    else if (key === 'uuid') {
      if (!UUID.test(value)) return reject('vtpm', `Failed to parse vtpm UUID: ${value}`, value);
      uuid = value.toLowerCase();
    } else return reject('vtpm', `Unknown string \`${key}' in vtpm spec`, key);
  }
  if (backend === undefined) return reject('vtpm', 'vtpm spec missing required backend field!');
  return read({ backend_domname: backend, ...(uuid === undefined ? {} : { uuid }) });
}

export function printVtpm({ backend_domname, uuid }: Vtpm): string {
  return joinPairs([
    ['backend', backend_domname],
    ['uuid', uuid],
  ]);
}
