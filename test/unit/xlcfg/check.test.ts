import { describe, expect, it } from 'vitest';
import {
  configHints,
  deviceJson,
  type HostFacts,
  OPTION_GROUPS,
  optionInfo,
  parseConfig,
  parseDisk,
  similarOption,
  toDomainConfig,
} from '../../../engine/xlcfg/index.ts';
import { SettingReader } from '../../../engine/xlcfg/reader.ts';

const HOST: HostFacts = {
  topology: {
    cpuCount: 4,
    nodes: [
      [0, 1],
      [2, 3],
    ],
  },
  randomUuid: () => '00000000-0000-4000-8000-000000000001',
  randomBytes: (count) => Array.from({ length: count }, (_, index) => index),
};
const check = (text: string, host = HOST) => toDomainConfig(parseConfig(text, 'f'), host);
const said = (text: string): string[] => check(text).messages.map((message) => message.text);
const PV = 'name="g"\nkernel="/k"\n';

describe('readers', () => {
  const read = (text: string) => {
    const warnings: string[] = [];
    return {
      reader: new SettingReader(parseConfig(text, 'f'), (_, warning) => warnings.push(warning)),
      warnings,
    };
  };

  it.each([
    ['0x10', 16n],
    ['010', 8n],
    ['"-5"', -5n],
    ['" 7"', 7n],
  ])('%s is a number', (value, expected) => {
    expect(read(`a=${value}\n`).reader.integer('a')).toBe(expected);
  });

  it.each([
    ['a=12abc\n', "f:1: warning: parameter `a' is not a valid number"],
    ['a=[1]\n', "f:1: warning: parameter `a' is a list but should be a single value"],
    ['a="1"\na+="2"\n', "f:2: warning: can't use += with numbers for parameter `a'"],
    [
      'a=99999999999999999999\n',
      "f:1: warning: parameter `a' could not be parsed as a number: Numerical result out of range",
    ],
  ])('%j counts as unset, with a warning', (text, warning) => {
    const { reader, warnings } = read(text);
    expect(reader.integer('a')).toBeUndefined();
    expect(warnings).toEqual([warning]);
  });

  it('ends a list of texts at the first element that is none', () => {
    expect(read('a=["x",["y"],"z"]\n').reader.strings('a')).toEqual(['x']);
  });
});

describe('the configuration of a domain', () => {
  it('asks for a name first', () => {
    expect(check('kernel="/k"\n')).toMatchObject({ rc: 1, config: undefined });
    expect(said('kernel="/k"\n')).toEqual(['Domain name must be specified.']);
  });

  it('takes the uuid from the host when the file has none', () => {
    expect(check(PV).config).toMatchObject({ c_info: { uuid: HOST.randomUuid() } });
    expect(check(`${PV}uuid="AAAAAAAA-bbbb-cccc-dddd-eeeeeeeeeeee"\n`).config).toMatchObject({
      c_info: { uuid: 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee' },
    });
  });

  it('applies the defaults of xl.conf to interfaces', () => {
    const xlConf = { vifDefaults: { bridge: 'br7', script: 'vif-route' } };
    const { config } = check(`${PV}vif=['','bridge=own']\n`, { ...HOST, xlConf });
    expect(config).toMatchObject({
      nics: [
        { devid: 0, bridge: 'br7', script: 'vif-route' },
        { devid: 1, bridge: 'own', script: 'vif-route' },
      ],
    });
  });

  it('confines domains to the CPUs of xl.conf', () => {
    const xlConf = { cpuMasks: { vm: [0, 1], pv: [1, 2] } };
    const config = (text: string) => check(text, { ...HOST, xlConf });
    expect(config(`${PV}vcpus=2\n`).config).toMatchObject({ b_info: { vcpu_hard_affinity: [[1], [1]] } });
    expect(config(`${PV}cpus="3"\n`).messages.at(-1)?.text).toBe('vcpu hard affinity map is empty');
  });

  it('makes a generation identity out of random bytes', () => {
    const { config } = check('name="g"\ntype="hvm"\nms_vm_genid="generate"\n');
    expect(config).toMatchObject({
      b_info: { 'type.hvm': { ms_vm_genid: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15] } },
    });
  });

  it.each([
    ['vcpus=100000\n', 'Unable to allocate cpumap'],
    ['llc_colors=["0-99999999"]\n', 'xl: more than 1024 LLC colors: llc_colors'],
    ['maxvcpus=2\nvcpus=3\n', 'xl: maxvcpus < vcpus'],
    ['maxvcpus=2147483647\nvnuma=[["vcpus=0-2147483646"]]\n', 'libxl_node_bitmap_alloc failed.'],
    [`vnuma=[${'[],'.repeat(100_000)}]\n`, 'libxl_node_bitmap_alloc failed.'],
  ])('refuses %j', (text, message) => {
    expect(check(`${PV}${text}`).rc).toBe(1);
    expect(said(`${PV}${text}`).at(-1)).toContain(message.split(':')[0]);
  });

  it('reads vNUMA ranges of any size without listing them', () => {
    const vnuma = 'vnuma=[["pnode=0","size=128","vcpus=0-18446744073709551614"]]\n';
    expect(said(`${PV}maxvcpus=2\n${vnuma}`)).toEqual(['xl: vnuma vcpus and maxvcpus= mismatch']);
  });

  it('does not read a file with syntax errors', () => {
    expect(said('name=$\n').at(-1)).toBe('Failed to parse config: Invalid argument');
  });
});

describe('one device', () => {
  it('is shown with its fields in order and without defaults', () => {
    const disk = parseDisk('vdev=xvda,access=ro,target=/d');
    const shown = deviceJson('disks', disk.ok ? disk.disk : {});
    expect(Object.entries(shown)).toEqual([
      ['pdev_path', '/d'],
      ['vdev', 'xvda'],
      ['format', 'raw'],
    ]);
  });
});

describe('the table of options', () => {
  it('has each option the checker reads, and no other', () => {
    const read = new Set<string>();
    const settings = new Map([['name', { key: 'name', value: 'g', appended: false, line: 1 }]]);
    const watched = new Proxy(settings, {
      get(target, property) {
        const member = Reflect.get(target, property) as unknown;
        if (typeof member !== 'function') return member;
        return (key: string) => {
          read.add(key);
          return (member as (key: string) => unknown).call(target, key);
        };
      },
    });
    for (const type of ['pv', 'pvh', 'hvm']) {
      settings.set('type', { key: 'type', value: type, appended: false, line: 1 });
      settings.set('kernel', { key: 'kernel', value: '/k', appended: false, line: 1 });
      toDomainConfig({ ...parseConfig(''), settings: watched }, HOST);
    }
    const described = OPTION_GROUPS.flatMap(({ options }) => options.map(({ key }) => key));
    expect([...read].sort()).toEqual([...described].sort());
  });

  it('describes each option once, in a sentence, with values where it is a choice', () => {
    const options = OPTION_GROUPS.flatMap(({ options: some }) => some);
    expect(new Set(options.map(({ key }) => key)).size).toBe(options.length);
    for (const { key, kind, summary, values, preset } of options) {
      expect(summary.length, key).toBeGreaterThan(10);
      if (kind === 'choice') expect(values?.length, key).toBeGreaterThan(0);
      if (kind === 'choice' && preset !== undefined) expect(values, key).toContain(preset);
    }
  });

  it('finds what a misspelt key means', () => {
    expect(similarOption('vcpu')).toBe('vcpus');
    expect(similarOption('memmory')).toBe('memory');
    expect(similarOption('zzzzzz')).toBeUndefined();
    expect(optionInfo('memory')).toMatchObject({ kind: 'integer', unit: 'MiB' });
  });
});

describe('hints', () => {
  const hints = (text: string, type?: 'pv' | 'hvm') =>
    configHints(parseConfig(text), type).map(({ kind, key, start, end }) => [
      kind,
      key,
      text.slice(start, end),
    ]);

  it.each([
    ['memmory=1\n', ['unknown-option', 'memmory', 'memmory']],
    ['builder="hvm"\n', ['deprecated', 'builder', 'builder']],
    ['vga="stdvga"\n', ['not-for-type', 'vga', 'vga']],
    ['on_crash="explode"\n', ['unknown-value', 'on_crash', '"explode"']],
    ['memory=1\nmemory=2\n', ['overridden', 'memory', 'memory']],
  ])('%j', (text, hint) => {
    expect(hints(text, 'pv')).toEqual([hint]);
  });

  it('has nothing to say about a sound file', () => {
    expect(hints(`${PV}memory=64\nextra="a"\nextra+="b"\non_crash="preserve"\n`, 'pv')).toEqual([]);
  });
});
