import { describe, expect, it } from 'vitest';
import {
  parseConfig,
  parseCpuList,
  parseDisk,
  parseMemorySizeKiB,
  parsePci,
  parseVif,
  printCpuList,
  toDomainConfig,
  vdevNumber,
} from '../../../engine/xlcfg/index.ts';
import { fixture, HOST, jsonLines } from './support.ts';

type Loose = Record<string, unknown>;

interface ConfigCase {
  file: string;
  desc: string;
  rc: number;
  settings?: Loose | null;
  messages?: Loose[];
  config?: Loose;
}

const isEmptyObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 0;

function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpty);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, withoutEmpty(item)] as const);
  return Object.fromEntries(entries.filter(([, item]) => !isEmptyObject(item)));
}

/** What the recorded cases leave out because it is the same in nearly all of them. */
const ASSUMED: readonly (readonly [part: string, key: string, value: unknown])[] = [
  ['c_info', 'type', 'pv'],
  ['c_info', 'name', 'g'],
  ['c_info', 'uuid', HOST.randomUuid()],
  ['c_info', 'run_hotplug_scripts', 'True'],
  ['b_info', 'max_vcpus', 1],
  ['b_info', 'avail_vcpus', [0]],
  ['b_info', 'kernel', '/k'],
  ['b_info', 'claim_mode', 'True'],
];

function abbreviated(config: unknown): unknown {
  const copy = structuredClone(config) as Record<string, Loose>;
  for (const [part, key, value] of ASSUMED) {
    const struct = copy[part] as Loose;
    if (JSON.stringify(struct[key]) === JSON.stringify(value)) delete struct[key];
  }
  if (copy.on_reboot === ('restart' as never)) delete copy.on_reboot;
  if (copy.on_soft_reset === ('soft_reset' as never)) delete copy.on_soft_reset;
  return withoutEmpty(copy);
}

describe('configurations read as the real xl reads them', () => {
  it.each(jsonLines<ConfigCase>('cases/expected.jsonl'))(
    '$file: $desc',
    ({ file, rc, settings, messages, config }) => {
      const document = parseConfig(fixture(`cases/cfg/${file}`), file);
      if (settings !== undefined) {
        const values = Object.fromEntries([...document.settings].map(([key, { value }]) => [key, value]));
        if (settings === null) expect(document.ok).toBe(false);
        else expect(values).toEqual(settings);
      }
      const result = toDomainConfig(document, HOST);
      expect(result.rc).toBe(rc);
      const said = result.messages.filter(({ kind }) => kind !== 'parse-failed');
      expect(said).toMatchObject(messages ?? []);
      expect(said).toHaveLength(messages?.length ?? 0);
      if (config !== undefined) expect(abbreviated(result.config)).toEqual(config);
    },
  );
});

interface SpecCase {
  args: string[];
  rc?: number;
  errors?: { what: string; near?: string }[];
  disk?: Loose;
  vif?: Loose;
  warnings?: number;
}

describe('disk specifications read as the real parser reads them', () => {
  it.each(jsonLines<SpecCase>('cases/disk.jsonl'))('$args', ({ args, disk, errors }) => {
    const result = parseDisk(args);
    expect(result.ok ? result.disk : result.errors).toEqual(disk ?? errors);
  });
});

describe('vif words read as network-attach reads them', () => {
  it.each(jsonLines<SpecCase>('cases/vif.jsonl'))('$args', ({ args, rc, vif, errors = [], warnings }) => {
    const { nic, messages } = parseVif(args);
    const problems = messages.filter(({ severity }) => severity !== 'warning');
    expect(problems).toMatchObject(errors);
    expect(problems.length > 0 ? 1 : 0).toBe(rc ?? 0);
    if (rc === undefined) expect(nic).toEqual(vif);
    expect(messages.length - problems.length).toBe(warnings ?? 0);
  });
});

interface Misc {
  cpumap: [string, number, string | null][];
  vdev_number: [string, number][];
  mem_size_kib: [string, number][];
  pci: [string, number, Loose | null][];
}
const misc = JSON.parse(fixture('cases/misc.json')) as Misc;

describe('small languages', () => {
  it.each(misc.cpumap)('CPU list "%s" (rc %i) is %s', (text, rc, printed) => {
    const result = parseCpuList(text, HOST.topology);
    expect(result.ok).toBe(rc === 0);
    if (result.ok) expect(printCpuList(result.cpus, 16)).toBe(printed);
  });

  it.each(misc.vdev_number)('device %s has number %i', (name, number) => {
    expect(vdevNumber(name) ?? -1).toBe(number);
  });

  it.each(misc.mem_size_kib)('memory size "%s" is %i KiB', (text, kib) => {
    expect(parseMemorySizeKiB(text) ?? -1).toBe(kib);
  });

  it.each(misc.pci)('PCI specification "%s" (rc %i)', (spec, rc, expected) => {
    const result = parsePci(spec);
    expect(result.ok ? 0 : result.rc).toBe(rc);
    if (!result.ok) return;
    const given = Object.entries(result.pci).filter(([, value]) => value !== 0 && value !== false);
    const shown = given.map(([key, value]): [string, unknown] => [key, value === 0xffff_ffff ? -1 : value]);
    expect(Object.fromEntries(shown)).toEqual(expected);
  });
});
