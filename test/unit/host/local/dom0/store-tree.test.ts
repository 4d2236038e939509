import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeFrame, FrameDecoder, MESSAGE } from '../../../../../engine/xenstore/index.ts';
import { Dom0Harness } from '../../../../support/dom0-harness.ts';

let harness: Dom0Harness;
beforeEach(async () => {
  harness = await Dom0Harness.open();
});
afterEach(() => harness.close());

const read = (path: string): string | undefined => harness.store.tryRead(path);
const home = '/local/domain/1';
const back = '/local/domain/0/backend';
/** What of the tree speaks of domain 1. */
const traces = (): string[] =>
  harness.store
    .dump()
    .map(({ path }) => path)
    .filter((path) => /\/1(\/|$)/.test(path) || path.startsWith('/vm/'));

describe('the standard tree', () => {
  it('has Domain-0 and its pool before there is any guest', () => {
    expect(read('/local/domain/0/name')).toBe('Domain-0');
    expect(read('/local/domain/0/memory/target')).toBe('131072');
    expect(read('/local/pool/0/name')).toBe('Pool-0');
  });

  it('describes a domain as libxl does', async () => {
    const id = await harness.run('maxmem=128\nvif=["mac=00:16:3e:00:00:01,bridge=xenbr0"]');
    const nodes = {
      [`${home}/vm`]: `/vm/${id}`,
      [`${home}/name`]: 'web',
      [`${home}/domid`]: '1',
      [`${home}/cpu/0/availability`]: 'online',
      [`${home}/memory/static-max`]: '131072',
      [`${home}/memory/videoram`]: '8192',
      [`${home}/memory/target`]: String(64 * 1024 - 8192),
      [`${home}/control/shutdown`]: '',
      [`${home}/device/vif/0/mac`]: '00:16:3e:00:00:01',
      [`${home}/device/vif/0/state`]: '1',
      [`${home}/device/vif/0/backend`]: `${back}/vif/1/0`,
      [`${back}/vif/1/0/frontend`]: `${home}/device/vif/0`,
      [`${back}/vif/1/0/vifname`]: 'vif1.0',
      [`${back}/vif/1/0/hotplug-status`]: 'connected',
      [`${back}/vif/1/0/state`]: '4',
      [`${home}/console/type`]: 'xenconsoled',
      '/libxl/1/type': 'hvm',
      '/libxl/1/device/vif/0/state': '1',
      [`/vm/${id}/image/ostype`]: 'hvm',
      [`/vm/${id}/name`]: 'web',
    };
    for (const [path, value] of Object.entries(nodes)) expect(read(path), path).toBe(value);
    expect(harness.store.isIntroduced(1)).toBe(true);
  });

  it.each([
    [`${home}`, 'n0,r1'],
    [`${home}/control/shutdown`, 'n1'],
    [`${home}/data`, 'n1'],
    [`${home}/device/vif/0`, 'n1,r0'],
    [`${home}/console`, 'n0,r1'],
    [`${back}/vif/1/0`, 'n0,r1'],
    ['/libxl/1', 'n0'],
  ])('%s has the permissions %s', async (path, permissions) => {
    await harness.run('vif=[""]');
    expect((await harness.tools.xenstoreNode(path)).permissions).toBe(permissions);
  });

  it('has both states of a disk with the right backend, and of an empty CD drive', async () => {
    const image = await harness.local.write('state/disk.img', new Uint8Array(1024 * 1024));
    await harness.run(`disk=["${image},raw,xvda,w", ",raw,hdc,r,devtype=cdrom"]`);
    expect(read(`${back}/vbd/1/51712/params`)).toBe(image);
    expect(read(`${back}/vbd/1/51712/mode`)).toBe('w');
    expect(read(`${home}/device/vbd/51712/virtual-device`)).toBe('51712');
    expect(read(`${back}/qdisk/1/5632/device-type`)).toBe('cdrom');
  });

  it('is gone with the domain, and nothing but this domain', async () => {
    const id = await harness.run('vif=[""]');
    await harness.run('', 'other');
    expect(traces().length).toBeGreaterThan(20);
    await harness.local.settle(harness.local.host.destroy(id, harness.op()));
    expect(traces().filter((path) => !path.startsWith('/vm/'))).toEqual([]);
    expect(read('/local/domain/2/name')).toBe('other');
  });

  it('tells of introduction, end and destruction by the special watches', async () => {
    const heard: string[] = [];
    for (const name of ['@introduceDomain', '@releaseDomain']) {
      harness.store.watch(name, (path) => heard.push(path));
    }
    await harness.run('on_poweroff="preserve"');
    harness.machine().exit({ reason: 'poweroff', detail: 'It is off.' });
    await harness.local.until(() => heard.length >= 4);
    expect(heard).toEqual(['@introduceDomain', '@releaseDomain', '@introduceDomain', '@releaseDomain']);
  });

  it('survives a person who deletes what is the toolstack own', async () => {
    const id = await harness.run('vif=[""]');
    for (const path of ['/local', '/vm', '/libxl']) harness.store.rm(path);
    await harness.local.settle(harness.local.host.destroy(id, harness.op()));
    await harness.run('vif=[""]', 'next');
    expect(read('/local/domain/2/name')).toBe('next');
  });

  it('keeps a dead domain put aside under its new name and UUID', async () => {
    const id = await harness.run('on_crash="rename-restart"');
    harness.machine().exit({ reason: 'crash', detail: 'It crashed.' });
    await harness.local.until(() => read('/local/domain/2/name') === 'web', 'the new domain');
    expect(read(`${home}/name`)).toMatch(/^web-\d{8}T\d{4}Z$/);
    expect(read(`${home}/vm`)).not.toBe(`/vm/${id}`);
    expect(read('/local/domain/2/vm')).toBe(`/vm/${id}`);
  });
});

describe("a guest's own line", () => {
  const ask = (type: number, payload: string): void =>
    harness.machine().storeSend(encodeFrame(type, 1, 0, payload));
  const answer = (): string => {
    const decoder = new FrameDecoder();
    decoder.push(Uint8Array.from(harness.machine().storeReceived.splice(0)));
    const frame = decoder.next();
    return frame ? frame.buffer.toString('latin1', frame.start, frame.end) : '';
  };

  it('has the rights of the guest', async () => {
    await harness.run();
    ask(MESSAGE.READ, 'name\0');
    expect(answer()).toBe('web');
    ask(MESSAGE.WRITE, 'name\0other');
    expect(answer()).toBe('EACCES\0');
    ask(MESSAGE.WRITE, 'data/x\0hello');
    expect(answer()).toBe('OK\0');
    expect(read(`${home}/data/x`)).toBe('hello');
  });

  it('is asked to shut down when it says that it obeys; else the button is pressed', async () => {
    const id = await harness.run();
    harness.machine().powerButtonHabit = 'ignore';
    harness.store.write(`${home}/control/feature-poweroff`, '1');
    const op = harness.op();
    const call = harness.local.host.shutdown(id, op);
    await harness.local.until(() => read(`${home}/control/shutdown`) === 'poweroff');
    harness.machine().exit({ reason: 'poweroff', detail: 'It obeyed.' });
    await harness.local.settle(call);
    expect(op.stages).not.toContain('Pressing the power button');
  });

  it('that takes no notice has its power button pressed after a while', async () => {
    const id = await harness.run();
    harness.store.write(`${home}/control/feature-poweroff`, '1');
    const op = harness.op();
    await harness.local.settle(harness.local.host.shutdown(id, op));
    expect(op.stages).toContain('Pressing the power button');
  });
});

describe('the browser of the store', () => {
  it('every byte that a value may have comes back as it is', async () => {
    const bytes = String.fromCharCode(...Array.from({ length: 256 }, (_, byte) => byte));
    await harness.tools.xenstoreWrite('/test/bytes', bytes);
    expect((await harness.tools.xenstoreNode('/test/bytes')).value).toBe(bytes);
    expect((await harness.tools.xenstoreNode('/test')).children).toContainEqual({
      name: 'bytes',
      value: bytes,
      leaf: true,
    });
  });

  it('shows a node with its children', async () => {
    await harness.tools.xenstoreWrite('/test/x', 'caf\u00c3\u00a9');
    await harness.tools.xenstoreSetPermissions('/test/x', 'n0,r5');
    expect(await harness.tools.xenstoreNode('/test')).toMatchObject({
      value: '',
      children: [{ name: 'x', value: 'caf\u00c3\u00a9', leaf: true }],
    });
    expect((await harness.tools.xenstoreNode('/test/x')).permissions).toBe('n0,r5');
    await harness.tools.xenstoreRemove('/test/x');
    await expect(harness.tools.xenstoreNode('/test/x')).rejects.toMatchObject({ code: 'ERROR_NOTFOUND' });
  });

  it('tells what changed at or below a path since the last look', async () => {
    const first = harness.tools.xenstoreChanges('/tool', 0, undefined);
    harness.store.write('/other', '1');
    harness.store.write('/tool/a', '1');
    const { cursor, paths, lost } = await first;
    expect({ paths, lost }).toEqual({ paths: ['/tool/a'], lost: false });
    harness.store.write('/tool/b', '1');
    harness.store.rm('/tool');
    expect((await harness.tools.xenstoreChanges('/tool', cursor, undefined)).paths).toContain('/tool');
  });

  it('answers with nothing after 30 s, and that too much is lost', async () => {
    const quiet = harness.tools.xenstoreChanges('/tool', 0, undefined);
    const { paths } = await harness.local.settle(quiet);
    expect(paths).toEqual([]);
    expect(await harness.tools.xenstoreChanges('/', 1e9, undefined)).toMatchObject({ lost: true });
  });

  it('stops waiting when nobody waits', async () => {
    const abort = new AbortController();
    const call = harness.tools.xenstoreChanges('/tool', 0, abort.signal);
    abort.abort(new Error('gone'));
    await expect(call).rejects.toThrow('gone');
  });

  it.each(['x9', '', 'n0,,'])('refuses the permissions "%s"', async (text) => {
    await expect(harness.tools.xenstoreSetPermissions('/', text)).rejects.toMatchObject({
      code: 'ERROR_INVAL',
    });
  });
});
