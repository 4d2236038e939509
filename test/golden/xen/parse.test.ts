import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseListLong } from '../../../engine/host/xen/parse/list-long.ts';
import { xlError } from '../../../engine/host/xen/parse/xl-error.ts';
import { parseInfo } from '../../../engine/host/xen/parse/xl-info.ts';
import { parseList } from '../../../engine/host/xen/parse/xl-list.ts';
import { parseEnding } from '../../../engine/host/xen/parse/xl-log.ts';
import { parseTopRow, TopRounds, type TopRow } from '../../../engine/host/xen/parse/xentop.ts';
import { readRunningConfig } from '../../../engine/toolstack/read-config.ts';
import { physicalInfo } from '../../../engine/api/index.ts';

/** What a real Xen 4.17 printed, and what is made of it. */
const recorded = (name: string): string =>
  readFileSync(new URL(`transcripts/${name}`, import.meta.url), 'utf8');

describe('xl info', () => {
  it('is read field by field, with topology and nodes', () => {
    const { version, physical } = parseInfo(recorded('xl-info-n.out'));
    expect(version).toBe('4.17.7');
    expect(physicalInfo.parse(physical)).toMatchObject({
      host: 'xenlab',
      nrCpus: 2,
      cpuKhz: 2_596_123,
      totalMemoryKiB: 2047 * 1024,
      freeMemoryKiB: 1128 * 1024,
      virtCaps: ['pv', 'hvm', 'hap', 'gnttab-v1', 'gnttab-v2'],
      topology: [
        { cpu: 0, core: 0, socket: 0, node: 0 },
        { cpu: 1, core: 1, socket: 0, node: 0 },
      ],
      nodes: [{ node: 0, memoryKiB: 2047 * 1024, freeKiB: 1128 * 1024, distances: [10] }],
    });
  });

  it('fits the contract whatever is printed', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        (text) => physicalInfo.safeParse(parseInfo(text).physical).success,
      ),
    );
  });
});

describe('xl list -v', () => {
  it('is read row by row', () => {
    expect(parseList(recorded('xl-list-v.out'))).toMatchObject([
      { domid: 0, name: 'Domain-0', letters: 'r-----', cpuSeconds: 128.7, shutdownCode: null },
      {
        domid: 1,
        name: 'pv1',
        memoryKiB: 131_072,
        vcpus: 1,
        letters: '-b----',
        uuid: '7f685c42-a0bf-448a-9d27-f1ea7c76febd',
      },
    ]);
  });

  it('takes names with blanks and ended domains, and passes over anything else', () => {
    const row =
      'my old guest      7   128     1     ---sc-       1.0 7f685c42-a0bf-448a-9d27-f1ea7c76febd        3                -';
    expect(parseList(`libxl: warning: x\n${row}\n\u001b[2Jrubbish\n`)).toMatchObject([
      { name: 'my old guest', domid: 7, letters: '---sc-', shutdownCode: 3 },
    ]);
  });
});

describe('xentop', () => {
  it('is read in rounds; the first says nothing of rates', () => {
    const rounds: (readonly TopRow[])[] = [];
    const top = new TopRounds((rows) => rounds.push(rows));
    for (const line of recorded('xentop-b-i2.out').split('\n')) top.line(line);
    expect(rounds).toMatchObject([
      [
        { name: 'Domain-0', cpuPercent: 8.5, memoryKiB: 786_432 },
        {
          name: 'pv1',
          letters: '--b---',
          cpuPercent: 0.5,
          readSectors: 46,
          writeSectors: 2,
          txKiB: 1,
          rxKiB: 1,
        },
      ],
    ]);
  });

  it('knows a domain without a limit of its memory', () => {
    const line =
      '  Domain-0 -----r        144    0.0     786432   37.5   no limit       n/a     2    0        0        0    0        0        0        0          0          0    0';
    expect(parseTopRow(line)).toMatchObject({ name: 'Domain-0', maxMemoryKiB: null, vcpus: 2 });
  });
});

describe('xl list -l', () => {
  it('gives the configuration of a running domain', async () => {
    const [domain] = await parseListLong(recorded('xl-list-l-pv1.out'));
    expect(domain?.domid).toBe(1);
    expect(readRunningConfig(domain?.config ?? {})).toMatchObject({
      name: 'pv1',
      type: 'pv',
      memoryKiB: 131_072,
      maxMemoryKiB: 262_144,
      disks: [{ vdev: 'xvda', path: '/var/lib/xenlab/disk1.img', readOnly: false }],
    });
  });

  it('leaves out what is cut off or no JSON', async () => {
    expect(await parseListLong('[{"domid":1,"config":{"a":"}{"}},{"domid":2,"con')).toMatchObject([
      { domid: 1 },
    ]);
    expect(await parseListLong('"{{{{')).toEqual([]);
  });
});

describe('what xl says of failures', () => {
  it.each([
    ['err-duplicate-name.err', 'ERROR_DEVICE_EXISTS', /"pv1" is running already/, 'name'],
    ['err-bad-bridge.err', 'ERROR_INVAL', /no bridge nobr/, 'bridge'],
    ['err-not-enough-memory.err', 'ERROR_NOMEM', /not enough free memory/, 'memory'],
    ['err-unknown-destroy.err', 'ERROR_DOMAIN_NOTFOUND', /not there any more/, undefined],
  ] as const)('%s', (file, code, message, field) => {
    const error = xlError('xl create', 1, recorded(file));
    expect(error).toMatchObject({ code, field });
    expect(error.message).toMatch(message);
    expect(error.log?.length).toBeGreaterThan(0);
  });
});

describe("xl's log", () => {
  it('tells how the run of a domid ended', () => {
    const log = 'Domain 1 has shut down, reason code 0 0x0\nDomain 12 has shut down, reason code 3 0x3\n';
    expect(parseEnding(log, 1)?.reason).toBe('poweroff');
    expect(parseEnding(log, 12)?.reason).toBe('crash');
    expect(parseEnding(log, 2)).toBeNull();
  });
});
