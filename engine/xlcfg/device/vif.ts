import { COLO_KEYS } from './colo.ts';
import { fields, strtoul, toInt32, toUint64 } from '../cnumber.ts';
import { printMac, scanMac } from './mac.ts';
import { writable } from './spec.ts';
import { parseRate, printRate, rateErrorText } from './rate.ts';

/** A network interface as libxl's JSON names it; absent means the library's default. */
export interface Nic {
  backend_domname?: string;
  devid?: number;
  mtu?: number;
  model?: string;
  mac?: string;
  ip?: string;
  bridge?: string;
  ifname?: string;
  script?: string;
  nictype?: 'vif' | 'vif_ioemu';
  rate_bytes_per_interval?: number;
  rate_interval_usecs?: number;
  gatewaydev?: string;
  vlan?: string;
  trusted?: 'True' | 'False';
  /** The COLO keys, as free text. */
  colo?: Record<string, string>;
}

export interface VifMessage {
  /** `fatal` ends the reading; `bad` is an error for network-attach and only a message in a file; `warning` never stops. */
  readonly severity: 'fatal' | 'bad' | 'warning';
  readonly text: string;
  readonly what: string;
  readonly near?: string;
}

export interface VifResult {
  readonly nic: Nic;
  readonly messages: readonly VifMessage[];
}

const TEXT_KEYS: Readonly<Record<string, keyof Nic>> = {
  bridge: 'bridge',
  gatewaydev: 'gatewaydev',
  ip: 'ip',
  script: 'script',
  backend: 'backend_domname',
  vifname: 'ifname',
  model: 'model',
  vlan: 'vlan',
};
const TYPES: Readonly<Record<string, Nic['nictype']>> = { vif: 'vif', ioemu: 'vif_ioemu' };
const TRUST: Readonly<Record<string, 'True' | 'False'>> = { trusted: 'True', untrusted: 'False' };
const COLO = new Map([['forwarddev', 'coloft_forwarddev'], ...COLO_KEYS.map((key) => [key, key] as const)]);
const UINT64_MAX = (1n << 64n) - 1n;

class VifParser {
  readonly nic: Nic = {};
  readonly messages: VifMessage[] = [];
  readonly #source: string;

  constructor(source: string) {
    this.#source = source;
  }

  #say(severity: VifMessage['severity'], text: string, what: string, near?: string): void {
    this.messages.push(near === undefined ? { severity, text, what } : { severity, text, what, near });
  }

  /** Reads one `key=value` or flag; false after a fatal problem. */
  field(token: string): boolean {
    const equals = token.indexOf('=');
    const key = equals < 0 ? token : token.slice(0, equals);
    const value = token.slice(equals + 1);
    const { nic } = this;
    if (equals < 0) {
      const trust = Object.hasOwn(TRUST, key) ? TRUST[key] : undefined;
      if (trust === undefined) this.#unknown(token);
      else nic.trusted = trust;
      return true;
    }
    const field = Object.hasOwn(TEXT_KEYS, key) ? TEXT_KEYS[key] : undefined;
    if (field !== undefined) Object.assign(nic, { [field]: value });
    else if (COLO.has(key)) (nic.colo ??= {})[COLO.get(key) as string] = value;
    else return this.#special(key, value, token);
    return true;
  }

  #special(key: string, value: string, token: string): boolean {
    switch (key) {
      case 'type':
        return this.#type(value);
      case 'mac':
        return this.#mac(value);
      case 'netdev':
        this.nic.gatewaydev = value;
        this.#say(
          'warning',
          'the netdev parameter is deprecated, please use gatewaydev instead',
          'deprecated',
          key,
        );
        return true;
      case 'accel':
        this.#say('warning', 'the accel parameter for vifs is currently not supported', 'unsupported', key);
        return true;
      case 'rate':
        return this.#rate(value);
      case 'devid':
      case 'mtu':
        return this.#number(key, value);
      default:
        return this.#unknown(token);
    }
  }

  #unknown(token: string): true {
    this.#say('bad', `unrecognized argument \`${token}'`, 'unrecognized argument', token);
    return true;
  }

  #type(value: string): true {
    const type = Object.hasOwn(TYPES, value) ? TYPES[value] : undefined;
    if (type === undefined) this.#say('bad', "Invalid parameter `type'.", 'Invalid parameter', 'type');
    else this.nic.nictype = type;
    return true;
  }

  #mac(value: string): true {
    const { bytes, complete } = scanMac(value);
    const mac = printMac(bytes);
    if (mac !== undefined) this.nic.mac = mac;
    if (!complete) this.#say('bad', "Invalid parameter `mac'.", 'Invalid parameter', 'mac');
    return true;
  }

  #rate(value: string): boolean {
    const result = parseRate(value);
    if (!result.ok) {
      this.#say('fatal', rateErrorText(this.#source, result.what, result.near), result.what, result.near);
      return false;
    }
    this.nic.rate_bytes_per_interval = toUint64(result.rate.bytesPerInterval);
    this.nic.rate_interval_usecs = result.rate.intervalMicroseconds;
    return true;
  }

  #number(key: 'devid' | 'mtu', value: string): boolean {
    const number = strtoul(value, 10);
    if (number.end === 0 || number.value === UINT64_MAX) {
      const text = `xl: failed to convert "${value}" to number`;
      this.#say('fatal', text, text, value);
      return false;
    }
    this.nic[key] = toInt32(number.value);
    return true;
  }
}

/**
 * Reads a vif specification (xl-cfg reference §6).
 * @param words one string as in `vif=`, or the argument words of network-attach, each a whole field
 */
export function parseVif(words: string | readonly string[], source = 'command line'): VifResult {
  const parser = new VifParser(source);
  const list = typeof words === 'string' ? fields(words) : words;
  for (const word of list) if (!parser.field(word)) break;
  return { nic: parser.nic, messages: parser.messages };
}

const PRINT_ORDER: readonly (readonly [string, keyof Nic])[] = [
  ['mac', 'mac'],
  ['bridge', 'bridge'],
  ['gatewaydev', 'gatewaydev'],
  ['ip', 'ip'],
  ['model', 'model'],
  ['script', 'script'],
  ['backend', 'backend_domname'],
  ['vifname', 'ifname'],
  ['mtu', 'mtu'],
  ['vlan', 'vlan'],
  ['devid', 'devid'],
];

/**
 * The specification text of an interface, keys in a fixed order; reading it back gives the same interface.
 * @throws {RangeError} when a text holds a comma
 */
export function printVif(nic: Nic): string {
  const parts: string[] = [];
  if (nic.nictype !== undefined) parts.push(`type=${nic.nictype === 'vif' ? 'vif' : 'ioemu'}`);
  for (const [key, field] of PRINT_ORDER) {
    const value = nic[field];
    if (typeof value === 'string') parts.push(`${key}=${writable(value)}`);
    else if (typeof value === 'number') parts.push(`${key}=${value}`);
  }
  if (nic.rate_bytes_per_interval !== undefined && nic.rate_interval_usecs !== undefined) {
    const bytesPerInterval = BigInt(nic.rate_bytes_per_interval);
    parts.push(`rate=${printRate({ bytesPerInterval, intervalMicroseconds: nic.rate_interval_usecs })}`);
  }
  if (nic.trusted !== undefined) parts.push(nic.trusted === 'True' ? 'trusted' : 'untrusted');
  for (const [key, value] of Object.entries(nic.colo ?? {}))
    parts.push(`${key === 'coloft_forwarddev' ? 'forwarddev' : key}=${writable(value)}`);
  return parts.join(',');
}
