import { fields, strtok, strtoul } from '../cnumber.ts';
import { joinPairs, read, reject, splitAtEquals, type SpecProblem, type SpecResult } from './spec.ts';

/** A paravirtual display as libxl's JSON names it. */
export interface Vdispl {
  backend_domname?: string;
  devid?: number;
  be_alloc?: boolean;
  connectors: { unique_id?: string; width?: number; height?: number }[];
}

const RESOLUTION = /^\s*\+?(\d{1,10})(?:x\s*\+?(\d{1,10}))?/;
const UNREADABLE = "Can't parse connector resolution";

interface Connectors {
  readonly list: Vdispl['connectors'];
  /** `ignored` is complained about only, as in the real tool. */
  readonly problem?: 'ignored' | 'fatal';
}

/** `id:WxH;id:WxH…` */
function parseConnectors(text: string): Connectors {
  const parts = strtok(text, ';');
  const list: Vdispl['connectors'] = parts.map(() => ({}));
  for (const [index, part] of parts.entries()) {
    const colon = part.indexOf(':');
    const resolution = colon < 0 ? '' : part.slice(colon + 1);
    if (resolution === '') return { list, problem: 'fatal' };
    const match = RESOLUTION.exec(resolution);
    list[index] = { unique_id: part.slice(0, colon) };
    if (match === null) return { list, problem: 'ignored' };
    if (match[2] === undefined) return { list, problem: 'fatal' };
    Object.assign(list[index], { width: Number(match[1]), height: Number(match[2]) });
  }
  return { list };
}

/** Reads `connectors=…[,be-alloc=…][,backend=…]`; at least one connector is needed (xl-cfg reference §4). */
export function parseVdispl(spec: string): SpecResult<Vdispl> {
  const display: Vdispl = { connectors: [] };
  const warnings: SpecProblem[] = [];
  for (const field of fields(spec)) {
    const [key, value] = splitAtEquals(field) ?? ['', ''];
    if (key === 'backend') display.backend_domname = value;
    else if (key === 'be-alloc') display.be_alloc = strtoul(value, 0).value !== 0n;
    else if (key === 'connectors') {
      const { list, problem } = parseConnectors(value);
      display.connectors = list;
      if (problem === 'fatal') return reject('vdispl', UNREADABLE, value, warnings);
      if (problem === 'ignored')
        warnings.push({ severity: 'warning', kind: 'vdispl', text: UNREADABLE, near: value });
    } else return reject('vdispl', `Unknown string "${field}" in vdispl spec`, field, warnings);
  }
  if (display.connectors.length === 0)
    return reject('vdispl', 'At least one connector should be specified.', undefined, warnings);
  return read(display, warnings);
}

export function printVdispl({ backend_domname, be_alloc, connectors }: Vdispl): string {
  const list = connectors.map(({ unique_id, width, height }) => {
    if (unique_id === undefined) return '-';
    return width === undefined ? `${unique_id}:-` : `${unique_id}:${width}x${height ?? 0}`;
  });
  return joinPairs([
    ['backend', backend_domname],
    ['be-alloc', be_alloc],
    ['connectors', list.join(';')],
  ]);
}
