import type { CpuTopology } from '../device/cpulist.ts';
import { SettingReader } from '../reader.ts';
import type { ConfigDocument } from '../syntax/document.ts';
import type { Json } from './schema.ts';

/** Most vCPUs a bitmap is made for: the hypervisor's own limit is far below. */
export const MAX_VCPUS = 8192;

export type Defbool = 'True' | 'False';
export type DomainType = 'hvm' | 'pv' | 'pvh';

/** What the checker needs to know about the host; everything else it takes from the file. */
export interface HostFacts {
  readonly topology: CpuTopology;
  /** Used when the file gives no uuid. */
  readonly randomUuid: () => string;
  /** Used for `ms_vm_genid="generate"`; cryptographically random. */
  readonly randomBytes?: (count: number) => readonly number[];
  /** Arm hosts default to pvh instead of pv. */
  readonly architecture?: 'x86' | 'arm';
  /** Where pvgrub lives; default /usr/lib/xen/boot. */
  readonly firmwareDirectory?: string;
  /** Default /var/log/xen. */
  readonly logDirectory?: string;
  readonly xlConf?: XlConf;
}

/** The part of xl.conf that influences reading a file; every field has the tool's own default. */
export interface XlConf {
  readonly runHotplugScripts?: boolean;
  readonly claimMode?: boolean;
  readonly blkdevStart?: string;
  readonly maxGrantFrames?: number;
  readonly maxMaptrackFrames?: number;
  readonly maxGrantVersion?: number;
  readonly bootloaderRestrict?: boolean;
  readonly vifDefaults?: {
    readonly script?: string;
    readonly bridge?: string;
    readonly gatewaydev?: string;
    readonly backend?: string;
  };
  /** CPU lists every domain, or every domain of a type, is confined to. */
  readonly cpuMasks?: Readonly<Partial<Record<'vm' | DomainType, readonly number[]>>>;
}

export type MessageKind = string;

export interface Message {
  readonly severity: 'error' | 'warning';
  /** Stable name of the kind of problem, for tests and translations. */
  readonly kind: MessageKind;
  /** What the real tool prints on stderr. */
  readonly text: string;
  readonly line?: number;
  readonly near?: string;
  /** The option it is about. */
  readonly param?: string;
  readonly what?: string;
  readonly unexpected?: string;
  readonly expecting?: readonly string[];
}

type Details = Partial<Pick<Message, 'line' | 'near' | 'param' | 'what'>>;

/** Ends the reading of a file with an exit code; never leaves this folder. */
export class Stop extends Error {
  readonly rc: number;

  constructor(rc: number) {
    super(`exit ${rc}`);
    this.rc = rc;
  }
}

/** Raw fields of a libxl struct, before ordering and dropping of defaults. */
export type Raw = Record<string, unknown>;

/** The state shared by the steps that build a domain configuration. */
export class Context {
  readonly reader: SettingReader;
  readonly host: HostFacts;
  readonly messages: Message[] = [];
  type: DomainType = 'pv';
  readonly create: Raw = {};
  readonly build: Raw = { sched_params: {}, arch_arm: {}, arch_x86: {} };
  /** The fields of `type.hvm`, `type.pv` or `type.pvh`. */
  readonly typed: Raw & { vnc: Raw; sdl: Raw; spice: Raw; vga: Raw; rdm: Raw } = {
    vnc: {},
    sdl: {},
    spice: {},
    vga: {},
    rdm: {},
  };
  readonly config: Raw = {};

  constructor(document: ConfigDocument, host: HostFacts) {
    this.host = host;
    this.reader = new SettingReader(document, (kind, text, setting) =>
      this.warn(kind, text, { line: setting.line, param: setting.key }),
    );
  }

  #muttered = '';

  /** A complaint the real tool prints without ending the line: it leads the next message, whatever that is. */
  mutter(text: string): void {
    this.#muttered += text;
  }

  say(message: Message): void {
    this.messages.push({ ...message, text: this.#muttered + message.text });
    this.#muttered = '';
  }

  warn(kind: MessageKind, text: string, details: Details = {}): void {
    this.say({ severity: 'warning', kind, text, ...details });
  }

  /** To be called when nothing more can follow. */
  end(): void {
    if (this.#muttered !== '') this.warn('warn', '');
  }

  /** Reports an error and ends the reading. */
  fail(kind: MessageKind, text: string, details: Details = {}, rc = 1): never {
    this.say({ severity: 'error', kind, text, ...details });
    throw new Stop(rc);
  }

  /** Some bad values end the reading without a word, as in the real tool. */
  failSilently(rc: number): never {
    throw new Stop(rc);
  }

  // -- copying options to fields -------------------------------------------------------------------------------

  text(target: Raw, field: string, key: string): string | undefined {
    const value = this.reader.string(key);
    if (value !== undefined) target[field] = value;
    return value;
  }

  boolean(target: Raw, field: string, key: string): Defbool | undefined {
    const value = this.reader.boolean(key);
    if (value === undefined) return undefined;
    const word = value ? 'True' : 'False';
    target[field] = word;
    return word;
  }

  /** A number converted to the field's type. */
  number(target: Raw, field: string, key: string, convert: (value: bigint) => number | bigint): void {
    const value = this.reader.integer(key);
    if (value !== undefined) target[field] = convert(value);
  }

  /** The member of an enumeration, compared without case; undefined when it is none. */
  member(value: string, members: readonly string[]): string | undefined {
    const lower = value.toLowerCase();
    return members.find((name) => name.toLowerCase() === lower);
  }
}

/** The warning about an element that is not the list it should be. */
export function notAList(context: Context, key: string): string {
  return `${context.reader.source}:${context.reader.setting(key)?.line ?? 1}:0: warning: value is not a list`;
}

/** A step reads some options, in the real tool's order. */
export type Step = (context: Context) => void;

export const defbool = (value: boolean): Defbool => (value ? 'True' : 'False');

/** Values as they may stand in the printed configuration. */
export type ConfigJson = { readonly [key: string]: Json };
