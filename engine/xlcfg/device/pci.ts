import { atoi } from '../cnumber.ts';
import { writable } from './spec.ts';

/** A PCI device as libxl's JSON names it; `vdevfn` is the virtual slot shifted left by 3. */
export interface Pci {
  func?: number;
  dev?: number;
  bus?: number;
  domain?: number;
  vdevfn?: number;
  /** 1 for one function, 0xffffffff for all of them. */
  vfunc_mask?: number;
  msitranslate?: boolean;
  power_mgmt?: boolean;
  permissive?: boolean;
  seize?: boolean;
  rdm_policy?: 'strict' | 'relaxed' | 'invalid';
  name?: string;
}

export type PciResult =
  | { readonly ok: true; readonly pci: Pci }
  | { readonly ok: false; readonly rc: 3 | 6; readonly detail?: string };

export const ALL_FUNCTIONS = 0xffff_ffff;

/** `%x` of scanf: blanks, sign and 0x are let through, 0x even without digits. */
const HEX = '\\s*([+-]?(?:0[xX][0-9a-fA-F]*|[0-9a-fA-F]+))';
const WITHOUT_DOMAIN = new RegExp(`^${HEX}:${HEX}\\.`);
const WITH_DOMAIN = new RegExp(`^${HEX}:${HEX}:${HEX}\\.`);
const NUMBER = new RegExp(`^${HEX}`);

function hex(text: string): number {
  const negative = text.startsWith('-');
  const digits = text.replace(/^[+-]/, '').replace(/^0[xX]/, '');
  const value = BigInt.asUintN(32, BigInt(`0x${digits === '' ? '0' : digits}`));
  return Number(negative ? BigInt.asUintN(32, -value) : value);
}

type Address = Pick<Pci, 'func' | 'dev' | 'bus' | 'domain' | 'vfunc_mask'>;

/** `[DDDD:]BB:SS.F` or `….*`; gives the address and what follows it. */
function parseAddress(text: string): { address: Address; rest: string } | undefined {
  const colons = (/^[0-9a-fA-F:]*/.exec(text)?.[0].match(/:/g) ?? []).length;
  if (colons !== 1 && colons !== 2) return undefined;
  const match = (colons === 1 ? WITHOUT_DOMAIN : WITH_DOMAIN).exec(text);
  if (match === null) return undefined;
  const numbers = match.slice(1).map(hex);
  const [domain, bus, dev] = (colons === 1 ? [0, ...numbers] : numbers) as [number, number, number];
  if (domain > 0xffff || bus > 0xff || dev > 0x1f) return undefined;
  const tail = text.slice(match[0].length);
  const place = { dev, bus, domain };
  if (tail.startsWith('*'))
    return { address: { ...place, func: 0, vfunc_mask: ALL_FUNCTIONS }, rest: tail.slice(1) };
  const func = NUMBER.exec(tail);
  if (func === null || hex(func[1] as string) > 7) return undefined;
  return {
    address: { ...place, func: hex(func[1] as string), vfunc_mask: 1 },
    rest: tail.slice(func[0].length),
  };
}

/** The virtual slot; text after the number is left over. */
function parseSlot(text: string): { vdevfn: number; rest: string } | undefined {
  const match = NUMBER.exec(text);
  const slot = match === null ? 0x20 : hex(match[1] as string);
  return match === null || slot > 0x1f ? undefined : { vdevfn: slot << 3, rest: text.slice(match[0].length) };
}

const BOOLEANS = ['permissive', 'msitranslate', 'seize', 'power_mgmt'] as const;
const POLICIES = ['strict', 'relaxed', 'invalid'] as const;
const BAD: PciResult = { ok: false, rc: 6 };

class PciParser {
  readonly pci: Pci;
  #hasAddress = false;
  #hasName = false;

  constructor(defaults: Pci) {
    this.pci = { ...defaults };
  }

  /** The positional address with its optional `@slot`; gives the rest, or undefined when that is malformed. */
  positional(spec: string): string | undefined {
    const found = parseAddress(spec);
    if (found === undefined) return spec;
    Object.assign(this.pci, found.address);
    this.#hasAddress = true;
    let { rest } = found;
    if (rest.startsWith('@')) {
      const slot = parseSlot(rest.slice(1));
      if (slot === undefined) return undefined;
      this.pci.vdevfn = slot.vdevfn;
      rest = slot.rest;
    }
    if (rest === '') return '';
    return rest.startsWith(',') ? rest.slice(1) : undefined;
  }

  /** One `key=value`; gives the failure, if any. */
  keyed(key: string, value: string): PciResult | undefined {
    const { pci } = this;
    const flag = BOOLEANS.find((name) => name === key);
    if (flag !== undefined) pci[flag] = atoi(value) !== 0;
    else if (key === 'bdf') return this.#address(value);
    else if (key === 'vslot') return this.#slot(value);
    else if (key === 'rdm_policy') return this.#policy(value);
    else if (key === 'name') {
      this.#hasName = true;
      pci.name = value;
    } else return { ok: false, rc: 6, detail: `Unknown PCI_SPEC_STRING option: ${key}` };
    return undefined;
  }

  #address(value: string): PciResult | undefined {
    const found = parseAddress(value);
    if (found === undefined) return BAD;
    Object.assign(this.pci, found.address);
    this.#hasAddress = true;
    return undefined;
  }

  #slot(value: string): PciResult | undefined {
    const slot = parseSlot(value);
    if (slot === undefined) return BAD;
    this.pci.vdevfn = slot.vdevfn;
    return undefined;
  }

  #policy(value: string): PciResult | undefined {
    const policy = POLICIES.find((name) => name === value.toLowerCase());
    if (policy === undefined) return { ok: false, rc: 3, detail: `Unknown RDM policy: ${value}` };
    this.pci.rdm_policy = policy;
    return undefined;
  }

  finish(): PciResult {
    return this.#hasAddress === this.#hasName ? BAD : { ok: true, pci: this.pci };
  }
}

/**
 * Reads a PCI_SPEC_STRING (xl-cfg reference §8).
 * @param defaults what the `pci_*` options of the file preset
 */
export function parsePci(spec: string, defaults: Pci = { rdm_policy: 'strict' }): PciResult {
  const parser = new PciParser(defaults);
  let rest = parser.positional(spec);
  while (rest !== undefined && rest !== '') {
    const equals = rest.indexOf('=');
    if (equals < 0) return BAD;
    const comma = rest.indexOf(',', equals);
    const end = comma < 0 ? rest.length : comma;
    const failure = parser.keyed(rest.slice(0, equals), rest.slice(equals + 1, end));
    if (failure !== undefined) return failure;
    rest = rest.slice(end + 1);
  }
  return rest === undefined ? BAD : parser.finish();
}

function hexText(value: number | undefined, width: number): string {
  return (value ?? 0).toString(16).padStart(width, '0');
}

/** The specification text of a device; reading it back gives the same device. */
export function printPci(pci: Pci): string {
  const parts: string[] = [];
  if (pci.name !== undefined) parts.push(`name=${writable(pci.name)}`);
  else {
    const func = pci.vfunc_mask === ALL_FUNCTIONS ? '*' : hexText(pci.func, 1);
    parts.push(`${hexText(pci.domain, 4)}:${hexText(pci.bus, 2)}:${hexText(pci.dev, 2)}.${func}`);
  }
  if (pci.vdevfn) parts.push(`vslot=${hexText(pci.vdevfn >> 3, 1)}`);
  for (const key of BOOLEANS) if (pci[key] === true) parts.push(`${key}=1`);
  if (pci.rdm_policy !== undefined && pci.rdm_policy !== 'strict') parts.push(`rdm_policy=${pci.rdm_policy}`);
  return parts.join(',');
}
