import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LabAddress, LabRegistrar } from '../../../../engine/host/lab.ts';
import { killHard } from '../../../support/app.ts';
import { labHarness, type LabHarness, recordedOperation } from '../../../support/lab-harness.ts';

let harness: LabHarness;
beforeEach(async () => {
  harness = await labHarness();
  await harness.putImage();
});
afterEach(() => harness.dispose());

const pidOf = async (lab: string): Promise<number> =>
  Number(await readFile(join(harness.directory, 'labs', lab, 'qemu.pid'), 'utf8'));

function recordingRegistrar(): LabRegistrar & { readonly heard: string[]; readonly addresses: LabAddress[] } {
  const heard: string[] = [];
  const addresses: LabAddress[] = [];
  return {
    heard,
    addresses,
    async started(address) {
      heard.push(`started ${address.lab} as ${address.host}`);
      addresses.push(address);
      return address.host ?? `host-of-${address.lab}`;
    },
    stopped: async (host) => void heard.push(`stopped ${host}`),
    removed: async (host) => void heard.push(`removed ${host}`),
  };
}

describe('a lab', () => {
  it('starts, is a host with a known key, and stops by its power button', async () => {
    const registrar = recordingRegistrar();
    const labs = await harness.open({ registrar });
    const op = recordedOperation();
    await labs.start('lab1', op);

    const [lab] = (await labs.status()).labs;
    expect(lab).toMatchObject({ state: 'running', host: 'host-of-lab1', accelerator: 'tcg', note: null });
    expect(op.stages).toContain('The SSH server starts');
    const [address] = registrar.addresses;
    expect(address?.port).toBe(lab?.sshPort);
    expect((await stat(address?.identityFile ?? '')).mode & 0o777).toBe(0o600);
    expect(await readFile(address?.knownHostsFile ?? '', 'utf8')).toMatch(
      new RegExp(`^\\[127\\.0\\.0\\.1\\]:${lab?.sshPort} ssh-ed25519 AAAA\\S+\n$`),
    );

    await labs.stop('lab1', { force: false }, recordedOperation());
    expect((await labs.status()).labs[0]).toMatchObject({ state: 'off', sshPort: null, note: null });
    expect(registrar.heard).toEqual(['started lab1 as null', 'stopped host-of-lab1']);
  });

  it('keeps its port, its keys and its host from one start to the next', async () => {
    const registrar = recordingRegistrar();
    const labs = await harness.open({ registrar });
    await labs.start('lab1', recordedOperation());
    await labs.stop('lab1', { force: true }, recordedOperation());
    await labs.start('lab1', recordedOperation());
    const [first, second] = registrar.addresses;
    expect(second).toEqual({ ...first, host: 'host-of-lab1' });
  });

  it('that an engine left running when it was killed is found again', async () => {
    const before = await harness.open({ keepRunning: true });
    await before.start('lab1', recordedOperation());
    const pid = await pidOf('lab1');
    await before.close();

    const registrar = recordingRegistrar();
    const after = await harness.open({ registrar });
    expect((await after.status()).labs[0]).toMatchObject({ state: 'running', host: 'host-of-lab1' });
    expect(await pidOf('lab1')).toBe(pid);
    await after.stop('lab1', { force: false }, recordedOperation());
    expect(() => process.kill(pid, 0)).toThrow();
  });

  it('whose QEMU was killed is off, says so, and starts again', async () => {
    const registrar = recordingRegistrar();
    const labs = await harness.open({ registrar });
    await labs.start('lab1', recordedOperation());
    await killHard(await pidOf('lab1'));
    await expect
      .poll(async () => (await labs.status()).labs[0])
      .toMatchObject({ state: 'off', note: 'Its QEMU ended by itself.' });
    expect(registrar.heard).toContain('stopped host-of-lab1');
    await labs.start('lab1', recordedOperation());
    expect((await labs.status()).labs[0]).toMatchObject({ state: 'running', note: null });
  });

  it('that crashes while it starts fails with its own words and leaves no process', async () => {
    process.env['FAKE_QEMU'] = 'panics';
    const labs = await harness.open();
    await expect(labs.start('lab1', recordedOperation())).rejects.toMatchObject({
      code: 'ERROR_FAIL',
      message: 'Domain-0 crashed: no root',
    });
    await expect(pidOf('lab1')).rejects.toThrow();
    expect((await labs.status()).labs[0]?.state).toBe('off');
  });

  it('whose QEMU refuses to start says why, without its warnings', async () => {
    process.env['FAKE_QEMU'] = 'refuses';
    const labs = await harness.open();
    await expect(labs.start('lab1', recordedOperation())).rejects.toThrow('QEMU did not start: out of tape');
  });

  it('ends when its start is cancelled', async () => {
    process.env['FAKE_QEMU'] = 'hangs';
    const labs = await harness.open();
    const op = recordedOperation();
    const starting = labs.start('lab1', op);
    await expect.poll(() => op.stages).toContain('The hypervisor starts');
    await expect(labs.stop('lab1', { force: false }, recordedOperation())).rejects.toMatchObject({
      code: 'ERROR_LOCK_FAIL',
    });
    op.abort();
    await expect(starting).rejects.toThrow('given up');
    expect((await labs.status()).labs[0]?.state).toBe('off');
    await expect(pidOf('lab1')).rejects.toThrow();
  });

  it('goes back to the image at a reset, and runs again if it ran', async () => {
    const labs = await harness.open();
    await labs.start('lab1', recordedOperation());
    const disk = join(harness.directory, 'labs', 'lab1', 'root.qcow2');
    await writeFile(disk, 'what somebody did');
    await labs.reset('lab1', recordedOperation());
    expect(await readFile(disk, 'utf8')).toBe('');
    expect((await labs.status()).labs[0]?.state).toBe('running');
  });

  it('needs the image at its first start and at a reset only', async () => {
    const labs = await harness.open();
    await labs.start('lab1', recordedOperation());
    await labs.stop('lab1', { force: true }, recordedOperation());
    await rm(harness.images, { recursive: true });
    await labs.start('lab1', recordedOperation());
    expect(await labs.status()).toMatchObject({
      image: null,
      labs: [{ state: 'running' }, { state: 'absent' }],
    });
  });

  it('is removed with its host', async () => {
    const registrar = recordingRegistrar();
    const labs = await harness.open({ registrar });
    await labs.start('lab2', recordedOperation());
    await labs.remove('lab2', recordedOperation());
    expect(registrar.heard.at(-1)).toBe('removed host-of-lab2');
    expect((await labs.status()).labs[1]).toMatchObject({ state: 'absent', host: null, diskBytes: 0 });
    await expect(stat(join(harness.directory, 'labs', 'lab2'))).rejects.toThrow();
  });

  it('that no host can be made of runs all the same, and says why', async () => {
    const registrar = { ...recordingRegistrar(), started: () => Promise.reject(new Error('no room')) };
    const labs = await harness.open({ registrar });
    await labs.start('lab1', recordedOperation());
    expect((await labs.status()).labs[0]).toMatchObject({
      state: 'running',
      host: null,
      note: 'It could not be registered as a host: no room',
    });
  });

  it('ends with the engine', async () => {
    const labs = await harness.open();
    await labs.start('lab1', recordedOperation());
    const pid = await pidOf('lab1');
    await labs.close();
    expect(() => process.kill(pid, 0)).toThrow();
  });
});

describe('the image', () => {
  it('that cannot be built leaves nothing half made', async () => {
    await rm(harness.images, { recursive: true });
    const labs = await harness.open();
    const { build } = await labs.status();
    await expect(labs.build(recordedOperation())).rejects.toMatchObject({
      code: build.possible ? 'ERROR_FAIL' : 'ERROR_NI',
    });
    expect((await labs.status()).image).toBeNull();
  });

  it('is forgotten when asked', async () => {
    const labs = await harness.open();
    expect((await labs.status()).image).toMatchObject({ version: 'Xen 4.17', current: true });
    await labs.forgetImage();
    expect((await labs.status()).image).toBeNull();
  });
});
