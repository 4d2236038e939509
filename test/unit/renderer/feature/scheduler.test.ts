import { describe, expect, it } from 'vitest';
import type { SchedulerView, VcpuView } from '../../../../engine/api/dom0.ts';
import { domainSchedule } from '../../../../renderer/action/domain-schedule.action.ts';
import { poolDestroy } from '../../../../renderer/action/pool-destroy.action.ts';
import { poolScheduleLine } from '../../../../renderer/action/pool-schedule.action.ts';
import { bind } from '../../../../renderer/action/bound.ts';
import { formatCpuSet, parseCpuSet } from '../../../../renderer/feature/scheduler/cpu-set.ts';
import {
  capLimits,
  checkNumber,
  freePcpus,
  poolParts,
  ratelimitLimits,
  vcpuLetters,
  weightLimits,
} from '../../../../renderer/feature/scheduler/schedule.ts';
import { fakeDom0 } from '../../../support/fake-host.ts';
import { aContext } from '../action/context.ts';
import { aDomain, running } from '../samples.ts';

const all = [0, 1, 2, 3, 4, 5];

describe('a list of CPUs', () => {
  it.each([
    ['0', [0]],
    ['0-2', [0, 1, 2]],
    ['0-2,5', [0, 1, 2, 5]],
    [' 5 , 1 1', [1, 5]],
    ['all', all],
    ['all,^3', [0, 1, 2, 4, 5]],
    ['0-5,^1-3', [0, 4, 5]],
  ])('reads %s', (text, expected) => expect(parseCpuSet(text, all)).toEqual(expected));

  it.each([
    ['', /at least one/],
    ['x', /“x” is no CPU/],
    ['-1', /is no CPU/],
    ['3-1', /backwards/],
    ['0-9', /no CPU 6 here: 0-5/],
    ['1,^1', /leaves no CPU/],
    ['99999', /is no CPU/],
  ])('says what is wrong with “%s”', (text, sentence) => expect(parseCpuSet(text, all)).toMatch(sentence));

  it.each([
    [[], 'none'],
    [[3], '3'],
    [[0, 1, 2, 4], '0-2,4'],
    [all, 'all'],
  ])('writes %j as %s, and reads it again', (cpus, text) => {
    expect(formatCpuSet(cpus, all)).toBe(text);
    if (cpus.length > 0) expect(parseCpuSet(text, all)).toEqual(cpus);
  });
});

describe('figures of the scheduler', () => {
  it.each([
    ['256', weightLimits, 256],
    ['65535', weightLimits, 65535],
    ['200', capLimits(2), 200],
    ['0', ratelimitLimits, 0],
    ['100', ratelimitLimits, 100],
  ])('takes %s', (text, limits, expected) => expect(checkNumber(text, limits)).toBe(expected));

  it.each([
    ['0', weightLimits, /weight.*1 to 65535/],
    ['65536', weightLimits, /weight/],
    ['', weightLimits, /whole number/],
    ['1.5', weightLimits, /whole number/],
    ['1e3', weightLimits, /whole number/],
    ['101', capLimits(1), /cap.*0 to 100/],
    ['50', ratelimitLimits, /or 0 for none/],
  ])('refuses “%s” with a sentence', (text, limits, sentence) =>
    expect(checkNumber(text, limits)).toMatch(sentence),
  );
});

const vcpu = (patch: Partial<VcpuView> = {}): VcpuView => ({
  vcpu: 0,
  pcpu: 0,
  online: true,
  running: false,
  blocked: true,
  cpuTimeNs: 0,
  hard: all,
  soft: all,
  credit: 10,
  sharePercent: 100,
  ...patch,
});
const pool = { scheduler: 'credit2', tsliceMs: null, ratelimitUs: 1000, migrationDelayUs: null } as const;
const view: SchedulerView = {
  host: 'local',
  at: 0,
  pcpus: [
    { id: 0, pool: 'Pool-0', busyPercent: 10 },
    { id: 1, pool: null, busyPercent: 0 },
  ],
  pools: [
    { ...pool, id: 0, name: 'Pool-0', cpus: [0], domains: 2 },
    { ...pool, id: 1, name: 'empty', cpus: [], domains: 0 },
  ],
  domains: [
    { domid: 0, id: 'd0', name: 'Domain-0', pool: 'Pool-0', weight: 256, cap: 0, vcpus: [vcpu()] },
    { domid: 7, id: 'w', name: 'web', pool: 'Pool-0', weight: 256, cap: 0, vcpus: [vcpu({ credit: -500 })] },
  ],
};

describe('the page of the scheduler', () => {
  it('puts CPUs and domains into their pools, and measures credit against the largest', () => {
    const [first, second] = poolParts(view, '');
    expect(first?.domains.map(({ name }) => name)).toEqual(['Domain-0', 'web']);
    expect(first?.creditScale).toBe(500);
    expect([second?.pcpus, second?.domains, second?.creditScale]).toEqual([[], [], 1]);
    expect(freePcpus(view).map(({ id }) => id)).toEqual([1]);
  });

  it.each([
    ['WEB', ['web']],
    ['7', ['web']],
    ['nobody', []],
  ])('filters by %s', (filter, names) =>
    expect(poolParts(view, filter)[0]?.domains.map(({ name }) => name)).toEqual(names),
  );

  it.each([
    [{ running: true, blocked: false }, 'r--'],
    [{}, '-b-'],
    [{ online: false }, '--p'],
  ])('shows %j as %s', (patch, letters) => expect(vcpuLetters(vcpu(patch))).toBe(letters));
});

describe('commands of the scheduler', () => {
  const web = aDomain('web', running(7));

  it('show the line that does the same, and send it along', async () => {
    const { context, recorded } = aContext(web);
    const bound = bind(domainSchedule('credit2', { weight: 512 }), context);
    expect(bound.xl).toBe('xl sched-credit2 -d web -w 512');
    await bound.run();
    expect(recorded.calls).toEqual([
      {
        call: 'scheduler.setDomain',
        input: { host: 'local', domain: 'web', weight: 512, command: bound.xl },
      },
    ]);
    const named = { name: 'Pool-0', scheduler: 'credit' } as const;
    expect(poolScheduleLine(named, { tsliceMs: 5, ratelimitUs: 0 })).toBe(
      'xl sched-credit -s -p Pool-0 -t 5 -r 0',
    );
  });

  it('are possible on Domain-0, and not on a domain that is off', () => {
    const action = domainSchedule('credit2', { cap: 10 });
    expect(bind(action, aContext(fakeDom0()).context).state).toBe(true);
    expect(bind(action, aContext(aDomain('off')).context).state).toMatchObject({ fix: 'domain.start' });
  });

  it.each([
    [{ id: 0, name: 'Pool-0', domains: 0 }, /always stays/],
    [{ id: 1, name: 'p', domains: 2 }, /has 2 domains/],
  ])('never destroy %j', (target, why) =>
    expect(bind(poolDestroy(target), aContext(null).context).state).toMatchObject({
      why: expect.stringMatching(why),
    }),
  );
});
