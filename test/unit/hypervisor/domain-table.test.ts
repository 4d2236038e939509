import { describe, expect, it } from 'vitest';
import {
  type DomainAction,
  DomainTable,
  xentopLetters,
  xlListLetters,
} from '../../../engine/hypervisor/index.ts';

const uuid = 'f39c3fd2-0000-4000-8000-000000000001';
const second = 1e9;

function tableWith(maxVcpus = 1): { table: DomainTable; domid: number } {
  const table = new DomainTable({ dom0Vcpus: 2, nowNs: 0 });
  const made = table.create({ uuid, maxVcpus }, 0);
  if (!made.ok) throw new Error(made.message);
  return { table, domid: made.value.domid };
}

function letters(table: DomainTable, domid: number): string {
  const domain = table.get(domid);
  return domain ? xlListLetters(domain.flags) : 'gone';
}

function sample(domid: number, state: 'running' | 'blocked' | 'waiting', usedNs = 0, vcpu = 0) {
  return { domid, vcpu, usedNs, running: state === 'running', blocked: state === 'blocked' };
}

describe('Domain-0', () => {
  it('is there from the start, running, with the zero UUID', () => {
    const { table } = tableWith();
    const dom0 = table.get(0);
    expect(dom0?.uuid).toBe('00000000-0000-0000-0000-000000000000');
    expect(dom0?.vcpus.length).toBe(2);
    expect(letters(table, 0)).toBe('r-----');
  });

  it.each<DomainAction>(['pause', 'unpause', 'shutdown', 'resume', 'softReset', 'kill', 'release'])(
    'cannot be asked to %s',
    (action) => {
      const { table } = tableWith();
      expect(table.check(0, action)).toMatchObject({ ok: false, errno: 'EPERM' });
    },
  );
});

describe('a domain from creation to the end', () => {
  it('shows the letters xl list shows at each step', () => {
    const { table, domid } = tableWith();
    const seen: string[] = [];
    const look = (): unknown => seen.push(letters(table, domid));
    look();
    table.unpause(domid);
    look();
    table.account([sample(domid, 'running')]);
    look();
    table.account([sample(domid, 'blocked')]);
    look();
    table.pause(domid);
    look();
    table.unpause(domid);
    table.shutdown(domid, 0);
    look();
    table.kill(domid);
    look();
    table.release(domid, 5 * second);
    look();
    expect(seen).toEqual(['--p---', '------', 'r-----', '-b----', '--p---', '---s--', '---s-d', 'gone']);
  });

  it.each([
    [0, '---s--', '-s----'],
    [1, '---sr-', '-s----'],
    [2, '---ss-', '-s----'],
    [3, '---sc-', '---c--'],
    [4, '---sw-', '-s----'],
    [5, '---sS-', '-s----'],
    [77, '---s?-', '-s----'],
  ])('shutdown code %i is %s in xl list and %s in xentop', (code, xl, top) => {
    const { table, domid } = tableWith();
    table.unpause(domid);
    table.shutdown(domid, code);
    expect(letters(table, domid)).toBe(xl);
    expect(xentopLetters(table.get(domid)!.flags)).toBe(top);
  });

  it('keeps the first shutdown reason', () => {
    const { table, domid } = tableWith();
    table.shutdown(domid, 1);
    expect(table.shutdown(domid, 3)).toMatchObject({ errno: 'EINVAL' });
    expect(table.get(domid)?.shutdownCode).toBe(1);
  });

  it('nests pauses', () => {
    const { table, domid } = tableWith();
    table.pause(domid);
    table.unpause(domid);
    expect(letters(table, domid)).toBe('--p---');
    table.unpause(domid);
    expect(letters(table, domid)).toBe('------');
    expect(table.unpause(domid)).toMatchObject({ errno: 'EINVAL' });
  });

  it('counts pauses in a byte', () => {
    const { table, domid } = tableWith();
    for (let n = 1; n < 255; n += 1) expect(table.pause(domid).ok).toBe(true);
    expect(table.pause(domid)).toMatchObject({ errno: 'ENOSPC' });
  });

  it('runs on after a cancelled suspend, and begins anew after a soft reset', () => {
    const { table, domid } = tableWith(2);
    table.unpause(domid);
    table.shutdown(domid, 2);
    expect(table.resume(domid).ok).toBe(true);
    expect(letters(table, domid)).toBe('------');
    expect(table.resume(domid)).toMatchObject({ errno: 'EINVAL' });
    table.shutdown(domid, 5);
    expect(table.softReset(domid).ok).toBe(true);
    expect(table.get(domid)?.vcpus.map((vcpu) => vcpu.online)).toEqual([true, false]);
  });

  it('can only be finished once it is dying', () => {
    const { table, domid } = tableWith();
    expect(table.release(domid, 0)).toMatchObject({ errno: 'EBUSY' });
    table.kill(domid);
    expect(table.kill(domid).ok).toBe(true);
    for (const action of ['pause', 'unpause', 'shutdown', 'resume'] as const) {
      expect(table.check(domid, action)).toMatchObject({ errno: 'ESRCH' });
    }
    expect(table.release(domid, 0).ok).toBe(true);
    expect(table.check(domid, 'pause')).toMatchObject({ errno: 'ESRCH' });
  });
});

describe('vCPUs', () => {
  it('add up CPU time, which a pause does not lose', () => {
    const { table, domid } = tableWith(2);
    table.unpause(domid);
    table.account([sample(domid, 'running', 2 * second), sample(domid, 'blocked', second, 1)]);
    table.pause(domid);
    table.account([sample(domid, 'running', 1000), sample(99, 'running', 1), sample(domid, 'running', 1, 9)]);
    expect(table.get(domid)?.cpuTimeNs).toBe(3 * second + 1000);
    expect(letters(table, domid)).toBe('--p---');
  });

  it('make a domain running when one of them is, blocked when all online ones are', () => {
    const { table, domid } = tableWith(2);
    table.unpause(domid);
    table.account([sample(domid, 'blocked'), sample(domid, 'running', 0, 1)]);
    expect(letters(table, domid)).toBe('r-----');
    table.setVcpuOnline(domid, 1, false);
    expect(letters(table, domid)).toBe('-b----');
  });

  it('power the domain off when the last one goes down', () => {
    const { table, domid } = tableWith(1);
    table.unpause(domid);
    table.setVcpuOnline(domid, 0, false);
    expect(letters(table, domid)).toBe('---s--');
    expect(table.setVcpuOnline(domid, 1, true)).toMatchObject({ errno: 'EINVAL' });
  });

  it.each([
    [0, 1],
    [129, 1],
    [1.5, 1],
    [2, 3],
    [2, 0],
  ])('a domain cannot have max %s, online %s', (maxVcpus, onlineVcpus) => {
    const { table } = tableWith();
    expect(table.create({ uuid, maxVcpus, onlineVcpus }, 0)).toMatchObject({ errno: 'EINVAL' });
  });
});

describe('UUIDs', () => {
  it('find a domain, also after a change', () => {
    const { table, domid } = tableWith();
    const other = 'f39c3fd2-0000-4000-8000-000000000002';
    expect(table.findByUuid(uuid)?.domid).toBe(domid);
    table.setUuid(domid, other);
    expect([table.findByUuid(uuid), table.findByUuid(other)?.domid]).toEqual([undefined, domid]);
  });
});
