import { strtok, strtoul, toUint32 } from '../cnumber.ts';
import { CPUID_MSR_NAMES, CPUID_REGISTERS } from './cpuid-names.ts';
import type { SpecProblem } from './spec.ts';

/** What a guest sees in one CPUID leaf: per register 32 characters 0 1 x k s, highest bit first. */
export interface CpuidLeaf {
  leaf: number;
  subleaf?: number;
  eax?: string;
  ebx?: string;
  ecx?: string;
  edx?: string;
}

/** As libxl's JSON has it. */
export interface CpuidPolicy {
  cpuid: CpuidLeaf[];
  msr: never[];
}

const REGISTERS = ['eax', 'ebx', 'ecx', 'edx'] as const;
const POLICY_LENGTH = 32;
const LIST_ERRORS = [
  'illegal leaf number',
  'illegal subleaf number',
  'missing colon',
  'invalid register name (must be e[abcd]x)',
  'policy string must be exactly 32 characters long',
] as const;

function findLeaf(policy: CpuidPolicy, leaf: number, subleaf: number | undefined): CpuidLeaf {
  const found = policy.cpuid.find((entry) => entry.leaf === leaf && entry.subleaf === subleaf);
  if (found !== undefined) return found;
  const created: CpuidLeaf = subleaf === undefined ? { leaf } : { leaf, subleaf };
  policy.cpuid.push(created);
  return created;
}

/** Reads the register part; gives the number of the error, 0 for none. */
function readRegisters(entry: CpuidLeaf, text: string): number {
  let rest = text;
  while (rest !== '') {
    const register = REGISTERS.find((name) => rest.startsWith(name));
    const equals = rest.indexOf('=');
    if (register === undefined || equals < 0) return 4;
    const comma = rest.indexOf(',', equals);
    const end = comma < 0 ? rest.length : comma;
    if (end - equals - 1 !== POLICY_LENGTH) return 5;
    entry[register] = rest.slice(equals + 1, end);
    rest = rest.slice(end + 1).replace(/^[ \n]+/, '');
  }
  return 0;
}

/** One element of the list form, `LEAF[,SUBLEAF]:REGISTER=POLICY,…`. */
function readLeaf(policy: CpuidPolicy, text: string): number {
  const leaf = strtoul(text, 0);
  if (leaf.end === 0) return 1;
  let rest = text.slice(leaf.end);
  let subleaf: number | undefined;
  if (rest.startsWith(',')) {
    const number = strtoul(rest.slice(1), 0);
    if (number.end === 0) return 2;
    subleaf = toUint32(number.value);
    rest = rest.slice(1 + number.end);
  }
  if (!rest.startsWith(':')) return 3;
  return readRegisters(findLeaf(policy, toUint32(leaf.value), subleaf), rest.slice(1));
}

export interface CpuidResult {
  readonly policy: CpuidPolicy;
  /** Problems are never fatal; each takes two lines. */
  readonly problems: readonly SpecProblem[];
}

function problem(what: string, text: string, error: string): SpecProblem {
  return {
    severity: 'warning',
    kind: 'cpuid',
    text: `while parsing CPUID ${what}: "${text}":\n  ${error}`,
    near: text,
  };
}

/** Registers in the order in which they are printed. */
function ordered({ leaf, subleaf, ...registers }: CpuidLeaf): CpuidLeaf {
  const result: CpuidLeaf = subleaf === undefined ? { leaf } : { leaf, subleaf };
  for (const name of REGISTERS) if (registers[name] !== undefined) result[name] = registers[name];
  return result;
}

const finished = (policy: CpuidPolicy): CpuidPolicy => ({ ...policy, cpuid: policy.cpuid.map(ordered) });

/** Reads the list form of `cpuid=` (xl-cfg reference §4). */
export function parseCpuidList(items: readonly string[]): CpuidResult {
  const policy: CpuidPolicy = { cpuid: [], msr: [] };
  const problems: SpecProblem[] = [];
  for (const item of items) {
    const code = readLeaf(policy, item);
    if (code > 0) problems.push(problem('line', item, `error #${code}: ${LIST_ERRORS[code - 1]}`));
  }
  return { policy: finished(policy), problems };
}

const FLAG_ERRORS = [
  'missing "=" in key=value',
  'unknown CPUID flag name',
  'illegal CPUID value (must be: [0|1|x|k|s])',
] as const;

interface Flag {
  readonly leaf: number;
  readonly subleaf: number | undefined;
  readonly register: (typeof REGISTERS)[number];
  readonly bit: number;
  readonly width: number;
}

const FLAGS = new Map<string, Flag>();
for (const { leaf, subleaf, register, names } of CPUID_REGISTERS)
  for (const entry of names.split(' ')) {
    const [name, place] = entry.split(':') as [string, string];
    const [bit, width = 1] = place.split('+').map(Number) as [number, number?];
    FLAGS.set(name, { leaf, subleaf, register, bit, width });
  }
const MSR_NAMES = new Set(CPUID_MSR_NAMES.split(' '));

function setBits(entry: CpuidLeaf, { register, bit, width }: Flag, bits: string): void {
  const before = entry[register] ?? 'x'.repeat(POLICY_LENGTH);
  const end = POLICY_LENGTH - bit;
  entry[register] = before.slice(0, end - width) + bits + before.slice(end);
}

/** A number in the width of the field, lowest bits; letters fill the field. */
function fieldBits(value: string, width: number): string | undefined {
  const number = strtoul(value, 0);
  if (number.end > 0) return BigInt.asUintN(width, number.value).toString(2).padStart(width, '0');
  return /^[xks]/.test(value) ? (value[0] as string).repeat(width) : undefined;
}

/** The upper half of the model number. */
const MODEL_HIGH = { bit: 16, width: 4 };

/** Family and model are split over two fields of the register, with a carry. */
function setNumbered(entry: CpuidLeaf, name: string, flag: Flag, value: string): boolean {
  const number = strtoul(value, 0);
  if (number.end === 0 || (name !== 'family' && name !== 'model')) {
    const bits = fieldBits(value, flag.width);
    if (bits !== undefined) setBits(entry, flag, bits);
    if (bits !== undefined && name === 'model') setBits(entry, { ...flag, ...MODEL_HIGH }, bits);
    return bits !== undefined;
  }
  const low = name === 'family' && number.value >= 15n ? 15n : number.value;
  const high = name === 'family' ? (number.value < 15n ? 0n : number.value - 15n) : number.value >> 4n;
  const width = name === 'family' ? 8 : 4;
  const text = (part: bigint, size: number): string =>
    BigInt.asUintN(size, part).toString(2).padStart(size, '0');
  setBits(entry, { ...flag, width: 4 }, text(low, 4));
  setBits(entry, { ...flag, bit: name === 'family' ? 20 : 16, width }, text(high, width));
  return true;
}

function readFlag(policy: CpuidPolicy, text: string): number {
  const equals = text.indexOf('=');
  if (equals < 0) return 1;
  const name = text.slice(0, equals);
  if (MSR_NAMES.has(name)) return 0;
  const flag = FLAGS.get(name);
  if (flag === undefined) return 2;
  const entry = findLeaf(policy, flag.leaf, flag.subleaf);
  return setNumbered(entry, name, flag, text.slice(equals + 1)) ? 0 : 3;
}

/** Reads the string form, `host,NAME=VALUE,…`. */
export function parseCpuidText(text: string): CpuidResult {
  const policy: CpuidPolicy = { cpuid: [], msr: [] };
  const [first, ...flags] = strtok(text, ',');
  if (first === undefined) return { policy, problems: [] };
  if (first !== 'host')
    return { policy, problems: [problem('string', text, 'error: first word must be "host"')] };
  const problems: SpecProblem[] = [];
  for (const flag of flags) {
    const code = readFlag(policy, flag);
    if (code > 0) problems.push(problem('flag', flag, `error #${code}: ${FLAG_ERRORS[code - 1]}`));
  }
  return { policy: finished(policy), problems };
}
