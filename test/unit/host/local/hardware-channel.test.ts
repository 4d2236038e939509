import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deviceDraft, hardwareView, type HardwareItem } from '../../../../engine/api/index.ts';
import { Dom0Harness } from '../../../support/dom0-harness.ts';

let harness: Dom0Harness;
beforeEach(async () => {
  harness = await Dom0Harness.open();
});
afterEach(() => harness.close());

const settle = <T>(call: Promise<T>): Promise<T> => harness.local.settle(call);
const tools = () => harness.local.host.hardware!;
const item = async (domain: string, id: string): Promise<HardwareItem | undefined> =>
  hardwareView.parse(await tools().view(domain)).items.find((one) => one.id === id);
const valueOf = (found: HardwareItem | undefined, name: string) =>
  found?.fields.find((field) => field.name === name)?.live;
const file = () => readFile(join(harness.local.stateDir, 'etc/xen/web.cfg'), 'utf8');

describe('the channels of a running domain', () => {
  it('are there from the start: in the store, in the list, as PV consoles', async () => {
    const domain = await harness.run('channel=["name=agent,connection=pty"]');
    const found = await item(domain, 'channel:agent');
    expect(found).toMatchObject({ inDomain: true, inFile: true, state: 'Connected', removeLive: null });
    expect(found?.leftOut).toBeUndefined();
    expect(valueOf(found, 'guest')).toBe('/dev/virtio-ports/agent');
    expect(valueOf(found, 'console')).toBe('xl console -t pv -n 1 web');
    const stream = await harness.local.host.openPvConsole?.(domain, 1);
    stream?.close();
    await expect(harness.local.host.openPvConsole?.(domain, 2)).rejects.toMatchObject({
      code: 'ERROR_INVAL',
    });
  });

  it('come and go while it runs, also in its file', async () => {
    const domain = await harness.run('');
    const device = deviceDraft.parse({ kind: 'channel', settings: { name: 'late' } });
    const { id } = await settle(tools().add(domain, { device, scope: 'both' }, harness.op()));
    expect(id).toBe('channel:late');
    expect(await item(domain, id)).toMatchObject({ inDomain: true, inFile: true });
    expect(await file()).toContain('name=late,connection=pty');
    await expect(settle(tools().add(domain, { device, scope: 'now' }, harness.op()))).rejects.toMatchObject({
      code: 'ERROR_DEVICE_EXISTS',
    });
    await settle(tools().remove(domain, { id, scope: 'both', force: false }, harness.op()));
    expect(await item(domain, id)).toBeUndefined();
    expect(await file()).not.toContain('late');
  });

  it('need names of their own', async () => {
    const twins = '["name=a,connection=pty","name=a,connection=pty"]';
    await expect(harness.run(`channel=${twins}`)).rejects.toMatchObject({
      code: 'ERROR_INVAL',
      field: 'channel',
    });
  });
});

describe('the balloon of a running domain', () => {
  it('says what the guest has now', async () => {
    const domain = await harness.run('memory=64');
    expect(valueOf(await item(domain, 'balloon'), 'heldMiB')).toBe(64);
  });
});
