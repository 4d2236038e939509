import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { configCheck, dom0Uuid } from '../../../../../engine/api/index.ts';
import { Dom0Harness } from '../../../../support/dom0-harness.ts';

let harness: Dom0Harness;
beforeEach(async () => {
  harness = await Dom0Harness.open();
});
afterEach(() => harness.close());

const file = (name: string): Promise<string> =>
  readFile(join(harness.local.stateDir, 'etc/xen', name), 'utf8');

describe('checking a text', () => {
  it('says what xl create -n prints', async () => {
    const check = configCheck.parse(
      await harness.tools.checkConfig('name="a"\ntype="hvm"\nmemory=64\n', 'a.cfg'),
    );
    expect(check).toMatchObject({ rc: 0, diagnostics: [] });
    expect(JSON.parse(check.json)).toMatchObject({ c_info: { name: 'a', type: 'hvm' } });
  });

  it.each([
    ['name=\n', 1, { line: 1 }],
    ['name="a"\nmemory="x"\ntype="hvm"\n', 0, { line: 2, from: 0, to: 10 }],
    ['memory=64\n', 1, { line: 1 }],
  ])('marks the place in %j', async (text, rc, place) => {
    const check = configCheck.parse(await harness.tools.checkConfig(text, 'bad.cfg'));
    expect(check.rc).toBe(rc);
    expect(check.diagnostics[0]).toMatchObject(place);
    expect(check.messages.length).toBeGreaterThan(0);
  });
});

describe('writing a configuration', () => {
  it('replaces the file; a running domain is what it was', async () => {
    const id = await harness.run();
    await harness.local.settle(harness.tools.writeConfig(id, harness.config('vcpus=2 # more'), harness.op()));
    expect(await file('web.cfg')).toContain('# more');
    expect((await harness.row(1))?.vcpusMax).toBe(1);
  });

  it.each([
    ['name="other"\ntype="hvm"\n', 'name', /is about other, not web/],
    [
      'name="web"\ntype="hvm"\nuuid="11111111-2222-4333-8444-555555555555"\n',
      'uuid',
      /UUID of web cannot be changed/,
    ],
    ['name="web\n', undefined, /config parsing error/],
  ])('refuses %j', async (text, field, message) => {
    const id = await harness.run('uuid="7f685c42-a0bf-448a-9d27-f1ea7c76febd"');
    await expect(harness.tools.writeConfig(id, text, harness.op())).rejects.toMatchObject({
      code: 'ERROR_INVAL',
      field,
      message: expect.stringMatching(message) as unknown,
    });
    expect(await file('web.cfg')).toContain('name="web"');
  });
});

describe('the running configuration', () => {
  it('is what the domain was started with, with what is different now', async () => {
    const id = await harness.run('vif=["bridge=xenbr0"]');
    await harness.tools.setDomainSchedule(id, { weight: 99 }, harness.op());
    const [long] = JSON.parse(await harness.tools.longConfig(id)) as { domid: number; config: object }[];
    expect(long).toMatchObject({
      domid: 1,
      config: {
        c_info: { name: 'web', uuid: id },
        b_info: { target_memkb: 65536, sched_params: { sched: 'credit2', weight: 99, cap: 0 } },
        nics: [{ devid: 0, bridge: 'xenbr0', mac: expect.stringMatching(/^00:16:3e/) as unknown }],
      },
    });
  });

  it('is there for Domain-0', async () => {
    const [long] = JSON.parse(await harness.tools.longConfig(dom0Uuid)) as object[];
    expect(long).toMatchObject({ domid: 0, config: { c_info: { type: 'pv', name: 'Domain-0' } } });
  });
});

describe('xl create', () => {
  it('of a text from anywhere makes a domain that is gone when it is off', async () => {
    const request = { text: harness.config(), source: '/tmp/web.cfg', paused: true };
    const { domain, domid } = await harness.local.settle(harness.tools.createFromText(request, harness.op()));
    expect(domid).toBe(1);
    expect(await harness.row(1)).toMatchObject({ name: 'web', id: domain, letters: '--p---' });
    await harness.local.settle(harness.local.host.destroy(domain, harness.op()));
    expect(harness.local.host.domains()).toHaveLength(1);
  });

  it('of a file of etc/xen starts the configured domain, with what the command line added', async () => {
    await harness.local.settle(harness.local.host.define(harness.config(), harness.op()));
    const request = { text: `${harness.config()}memory=32\n`, source: '/etc/xen/web.cfg', paused: false };
    const { domain } = await harness.local.settle(harness.tools.createFromText(request, harness.op()));
    expect((await harness.row(1))?.memoryKiB).toBe(32 * 1024);
    await harness.local.settle(harness.local.host.destroy(domain, harness.op()));
    expect(harness.local.host.domains()[1]).toMatchObject({
      id: domain,
      state: 'off',
      targetMemoryKiB: 65536,
    });
  });

  it.each([
    ['name="web"\nmemory=64\nkernel="/no/such"\n', 'ERROR_NOTFOUND'],
    ['name="web"\nmemory=900\nkernel="/var/lib/xen/images/tiny-linux/bzImage"\n', 'ERROR_NOMEM'],
  ])('that fails leaves nothing: %j', async (text, code) => {
    const request = { text, source: 'x.cfg', paused: false };
    const call = harness.local.settle(harness.tools.createFromText(request, harness.op()));
    await expect(call).rejects.toMatchObject({ code });
    expect(harness.local.host.domains()).toHaveLength(1);
    expect(harness.store.list('/local/domain')).toEqual(['0']);
    expect(harness.store.list('/vm')).toEqual([]);
  });

  it('refuses a second live domain of the name', async () => {
    await harness.run();
    const request = { text: harness.config(), source: '/tmp/b.cfg', paused: false };
    const call = harness.local.settle(harness.tools.createFromText(request, harness.op()));
    await expect(call).rejects.toMatchObject({ message: 'Domain with name "web" already exists.' });
  });
});

describe('rename', () => {
  it('changes the live name, the store and the file', async () => {
    const id = await harness.run();
    await harness.local.settle(harness.tools.rename(id, 'shop', harness.op()));
    expect(await harness.row(1)).toMatchObject({ name: 'shop', id });
    expect(harness.store.read('/local/domain/1/name')).toBe('shop');
    expect(harness.store.read(`/vm/${id}/name`)).toBe('shop');
    expect(await file('web.cfg')).toContain('name="shop"');
  });

  it('is possible while off, and refused for a name that is taken', async () => {
    const id = await harness.run();
    await harness.local.settle(harness.local.host.destroy(id, harness.op()));
    await harness.run('', 'other');
    await expect(harness.tools.rename(id, 'other', harness.op())).rejects.toMatchObject({
      code: 'ERROR_INVAL',
      message: 'Domain with name "other" already exists.',
    });
    await harness.local.settle(harness.tools.rename(id, 'third', harness.op()));
    expect(harness.local.host.domains().find((each) => each.id === id)?.name).toBe('third');
  });
});

it('an old file is converted, with a list of what was changed', async () => {
  const { text, changes } = await harness.tools.importLegacy("builder='hvm'\nmemory=64\nname='old'\n");
  expect(text).toContain('type = "hvm"');
  expect(changes.length).toBeGreaterThan(0);
});
