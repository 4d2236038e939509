import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DomainInfo } from '../../../../engine/api/index.ts';
import { LocalHarness } from '../../../support/local-host-harness.ts';
import { carry, receiveAt, sendFrom } from '../../../support/carrier.ts';

/** Migration between two embedded hosts, and within one, step by step. */
let here: LocalHarness;
let there: LocalHarness;
let disk: string;
let id: string;
beforeEach(async () => {
  here = await LocalHarness.open();
  there = await LocalHarness.open();
  disk = await here.write('data.img', new Uint8Array(1024 * 1024));
  const text = `name="web"\ntype="hvm"\nmemory=64\nkernel="/var/lib/xen/images/tiny-linux/bzImage"\ndisk=["${disk},raw,xvda,w"]\nvif=[""]\n`;
  id = (await here.settle(here.host.define(text, here.op()))).domain;
  await here.settle(here.host.start(id, { paused: false }, here.op()));
  guest().memoryHead = new TextEncoder().encode('what it knows');
});
afterEach(async () => {
  await here.close();
  await there.close();
});

const guest = () => here.factory.machine('web');
const named = ({ host }: LocalHarness, name: string): DomainInfo | undefined =>
  host.domains().find((domain) => domain.name === name);
const names = ({ host }: LocalHarness): string[] =>
  host
    .domains()
    .filter(({ domid }) => domid !== 0)
    .map(({ name, domid }) => (domid === null ? `${name} off` : name));

/** As far as the target's word that it has all of it. */
async function arrive(target = there) {
  const [out, into] = [sendFrom(here, id), receiveAt(target)];
  await here.settle(carry(out.migration, into.migration));
  const received = await target.settle(into.migration.received());
  return { out, into, received };
}

const runsHere = (): void => {
  expect(names(here)).toEqual(['web']);
  expect(named(here, 'web')).toMatchObject({ state: expect.stringMatching(/running|blocked/), id });
  expect(guest().paused).toBe(false);
};

describe('a migration to another host', () => {
  it('stops the domain, copies it, hands it over and ends it at the source', async () => {
    const { out, into, received } = await arrive();
    expect(received).toMatchObject({ domid: 1, name: 'web--incoming' });
    expect(named(there, 'web--incoming')).toMatchObject({ state: 'paused' });
    expect(named(here, 'web')).toMatchObject({ letters: '---ss-', operation: 'migrating' });

    await here.settle(out.migration.handOver());
    expect(names(here)).toEqual(['web off', 'web--migratedaway']);
    expect(await there.settle(into.migration.take(false))).toEqual({ domain: id });
    expect(names(there)).toEqual(['web']);
    expect(there.factory.alive).toMatchObject([{ paused: false, state: 'running' }]);
    expect(Buffer.from(there.factory.alive[0]?.memoryHead ?? []).toString('latin1')).toContain(
      'what it knows',
    );
    await here.settle(out.migration.end(true));
    expect([await out.task, await into.task]).toEqual(['done', 'done']);
    expect(names(here)).toEqual(['web off']);
    expect(named(here, 'web')?.lastExit).toMatchObject({ reason: 'migrated' });
    expect(here.factory.alive).toEqual([]);
    expect(into.op.domain).toBe(id);
  });

  it('leaves it paused there when asked to', async () => {
    const { out, into } = await arrive();
    await here.settle(out.migration.handOver());
    await there.settle(into.migration.take(true));
    await here.settle(out.migration.end(true));
    expect(named(there, 'web')).toMatchObject({ state: 'paused', letters: '--p---' });
  });

  it('comes back: the guest runs at the source again, console and all', async () => {
    const { out, into } = await arrive();
    await here.settle(out.migration.handOver());
    await there.settle(into.migration.take(false));
    await here.settle(out.migration.end(true));
    const [back, again] = [sendFrom(there, id), receiveAt(here)];
    const bytes = carry(back.migration, again.migration);
    await here.settle(again.migration.received());
    await bytes;
    await there.settle(back.migration.handOver());
    await here.settle(again.migration.take(false));
    await there.settle(back.migration.end(true));
    expect(names(there)).toEqual([]);
    expect(named(here, 'web')).toMatchObject({ id, domid: 2, configPath: '/etc/xen/web.cfg' });
    const stream = await here.host.openSerial(id, 0);
    let seen = '';
    stream.onData((part) => (seen += Buffer.from(part).toString('latin1')));
    stream.credit(1 << 16);
    stream.write(Buffer.from('hello'));
    await here.until(() => seen.includes('hello'), 'the echo');
  });
});

describe('a migration within one host', () => {
  it('gives the domain a new domid, beside the copy that goes, on the same disk', async () => {
    const { out, into, received } = await arrive(here);
    expect(received).toMatchObject({ domid: 2, name: 'web--incoming' });
    expect(names(here)).toEqual(['web', 'web--incoming']);
    await here.settle(out.migration.handOver());
    await here.settle(into.migration.take(false));
    expect(names(here).toSorted()).toEqual(['web', 'web--migratedaway']);
    await here.settle(out.migration.end(true));
    expect(names(here)).toEqual(['web']);
    expect(named(here, 'web')).toMatchObject({ id, domid: 2, lastExit: null });
    expect(here.factory.alive).toHaveLength(1);
    expect(await here.host.dom0?.xenstoreNode(`/vm/${id}/name`)).toMatchObject({ value: 'web' });
  });

  it('is refused where both would need one name, and the domain goes on', async () => {
    const text = `name="db"\ntype="hvm"\nmemory=64\nkernel="/var/lib/xen/images/tiny-linux/bzImage"\nvif=["vifname=db0"]\n`;
    const { domain } = await here.settle(here.host.define(text, here.op()));
    await here.settle(here.host.start(domain, { paused: false }, here.op()));
    const [out, into] = [sendFrom(here, domain), receiveAt(here)];
    void carry(out.migration, into.migration).catch(() => {});
    expect(await here.settle(into.task)).toBe('There is an interface db0 already.');
    await here.settle(out.migration.end(false));
    expect(named(here, 'db')).toMatchObject({ domid: 2, operation: null });
    expect(named(here, 'db--incoming')).toBeUndefined();
  });

  it('keeps the disk from everybody else meanwhile', async () => {
    await arrive(here);
    const text = `name="thief"\ntype="hvm"\nmemory=64\nkernel="/var/lib/xen/images/tiny-linux/bzImage"\ndisk=["${disk},raw,xvda,w"]\n`;
    const { domain } = await here.settle(here.host.define(text, here.op()));
    await expect(here.settle(here.host.start(domain, { paused: false }, here.op()))).rejects.toThrow(
      /writes it/,
    );
  });
});

describe('the domain goes on at the source, and nothing stays at the target, when', () => {
  it('the carrier of the source goes before the hand-over', async () => {
    const { out, into } = await arrive();
    out.migration.stream.close();
    await here.settle(out.task);
    into.migration.stream.close();
    await there.settle(into.task);
    runsHere();
    expect(names(there)).toEqual([]);
    expect(there.factory.alive).toEqual([]);
  });

  it('the target goes in the middle of the copy', async () => {
    const [out, into] = [sendFrom(here, id), receiveAt(there)];
    let passed = 0;
    void carry(out.migration, into.migration, (bytes) => {
      passed += bytes.length;
      if (passed > 6000) into.migration.stream.close();
      return bytes;
    }).catch(() => {});
    expect(await there.settle(into.task)).toMatch(/^The stream ends in the middle of/);
    await here.settle(out.migration.end(false));
    expect(await out.task).toContain('goes on here');
    runsHere();
    expect(names(there)).toEqual([]);
  });

  it('something else is being done to it', async () => {
    const { out, into } = await arrive();
    const second = sendFrom(here, id);
    expect(await second.task).toMatch(/is being migrated just now/);
    // The carrier comes after the refusal and hears of it all the same.
    const ends: string[] = [];
    second.migration.stream.onEvent((_, detail) => ends.push(detail));
    expect(ends).toEqual([await second.task]);
    await second.migration.end(false);
    into.migration.stream.close();
    await there.settle(into.task);
    await here.settle(out.migration.end(false));
    runsHere();
  });

  it('the task is cancelled', async () => {
    const { out, into } = await arrive();
    out.op.abort.abort(new Error('never mind'));
    expect(await here.settle(out.task)).toBe('never mind');
    await expect(out.migration.handOver()).rejects.toThrow('never mind');
    into.op.abort.abort(new Error('not here'));
    expect(await there.settle(into.task)).toBe('not here');
    runsHere();
    expect(names(there)).toEqual([]);
  });

  it('what arrives is not what was sent', async () => {
    const [out, into] = [sendFrom(here, id), receiveAt(there)];
    await here.settle(
      carry(out.migration, into.migration, (bytes) => {
        const at = Buffer.from(bytes).indexOf('what it knows');
        if (at >= 0) bytes[at] = 0;
        return bytes;
      }),
    );
    await expect(there.settle(into.migration.received())).rejects.toThrow('does not match its checksum');
    await here.settle(out.migration.end(false));
    runsHere();
    expect(names(there)).toEqual([]);
    expect(there.factory.alive).toEqual([]);
  });

  it('the target has a domain of that name', async () => {
    const text = `name="web"\ntype="hvm"\nmemory=64\nkernel="/var/lib/xen/images/tiny-linux/bzImage"\n`;
    const other = (await there.settle(there.host.define(text, there.op()))).domain;
    await there.settle(there.host.start(other, { paused: false }, there.op()));
    const { out, into } = await arrive();
    await here.settle(out.migration.handOver());
    await expect(there.settle(into.migration.take(false))).rejects.toThrow('already exists');
    await here.settle(out.migration.end(false));
    expect(await out.task).toBe('The target did not start web; it goes on here.');
    runsHere();
    expect(names(there)).toEqual(['web']);
    expect(named(there, 'web')?.id).toBe(other);
    expect(there.factory.alive).toHaveLength(1);
  });

  it('its image is not at the target', async () => {
    const text = `name="db"\ntype="hvm"\nmemory=64\nkernel="/var/lib/xen/images/tiny-linux/bzImage"\ndisk=["/own.img,raw,xvda,w"]\n`;
    await writeFile(join(here.stateDir, 'own.img'), new Uint8Array(4096));
    const { domain } = await here.settle(here.host.define(text, here.op()));
    await here.settle(here.host.start(domain, { paused: false }, here.op()));
    const [out, into] = [sendFrom(here, domain), receiveAt(there)];
    void carry(out.migration, into.migration).catch(() => {});
    expect(await there.settle(into.task)).toContain('The image of xvda is gone');
    await here.settle(out.migration.end(false));
    expect(named(here, 'db')).toMatchObject({
      operation: null,
      state: expect.stringMatching(/running|blocked/),
    });
    expect(names(there)).toEqual([]);
  });
});

describe('after the hand-over', () => {
  it('a lost carrier leaves the copy where it is, stopped, for a person to decide', async () => {
    const { out, into } = await arrive();
    await here.settle(out.migration.handOver());
    out.migration.stream.close();
    expect(await here.settle(out.task)).toContain('It is not known whether web runs at the target');
    expect(names(here)).toEqual(['web off', 'web--migratedaway']);
    const away = named(here, 'web--migratedaway');
    expect(away).toMatchObject({ letters: '---ss-', operation: null });
    into.migration.stream.close();
    await there.settle(into.task);
    expect(names(there)).toEqual([]);

    await here.settle(
      here.host.saves?.resume(away?.id ?? '', here.op()) ?? Promise.reject(new Error('none')),
    );
    expect(guest().paused).toBe(false);
    await here.settle(here.host.destroy(away?.id ?? '', here.op()));
    expect(names(here)).toEqual(['web off']);
  });

  it('Force off ends the copy', async () => {
    const { out } = await arrive();
    await here.settle(out.migration.handOver());
    const away = named(here, 'web--migratedaway');
    await here.settle(here.host.destroy(away?.id ?? '', here.op()));
    expect(await out.task).toContain('It is not known');
    expect(names(here)).toEqual(['web off']);
  });
});

describe('a stream that is none', () => {
  it.each([
    ['too short', 'hello', 'wrong magic number'],
    ['of something else', 'x'.repeat(5000), 'wrong magic number'],
    ['cut off', 'Xen saved domain, xl format\n \0 \r\x04\x03\x02\x01', 'in the middle of its header'],
  ])('%s is refused', async (_, text, message) => {
    const { migration, task } = receiveAt(there);
    migration.stream.onCredit?.(() => {});
    migration.stream.write(Buffer.from(text, 'latin1'));
    migration.stream.close();
    expect(await there.settle(task)).toContain(message);
    await expect(migration.header()).rejects.toThrow(message);
    expect(names(there)).toEqual([]);
  });

  it('that does not wait for credit is refused, and not kept', async () => {
    const { migration, task } = receiveAt(there);
    migration.stream.onCredit?.(() => {});
    expect(migration.stream.write(new Uint8Array(64 * 1024 * 1024))).toBe(0);
    expect(await there.settle(task)).toContain('faster than it was asked for');
  });
});
