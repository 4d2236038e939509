import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  domainRow,
  dom0Uuid,
  logSource,
  physicalInfo,
  schedulerView,
  xenstoreNode,
} from '../../engine/api/index.ts';
import type { Dom0Tools } from '../../engine/host/dom0.ts';
import type { ByteStream } from '../../engine/host/operation.ts';
import { failure } from '../contract/host-suite.ts';
import { type RealLab, startRealLab } from '../support/real-lab.ts';
import { connectedXenHost, type XenHostHarness } from '../support/xen-host-harness.ts';

let lab: RealLab;
let harness: XenHostHarness;
let dom0: Dom0Tools;
let pv1 = '';
beforeAll(async () => {
  lab = await startRealLab();
  harness = await connectedXenHost(lab.draft);
  dom0 = harness.host.dom0 as Dom0Tools;
  pv1 = harness.host.domains().find(({ name }) => name === 'pv1')?.id ?? '';
  if (row().domid === null) await harness.host.start(pv1, { paused: false }, harness.op());
});
afterAll(async () => {
  if (harness && row().domid !== null) await harness.host.destroy(pv1, harness.op());
  await harness?.close();
  await lab?.dispose();
});

const row = () => {
  const found = harness.host.domains().find(({ id }) => id === pv1);
  if (!found) throw new Error('pv1 is gone');
  return found;
};
const op = () => harness.op();

/** What a stream says, until it matches. */
async function hears(stream: ByteStream, expected: RegExp): Promise<string> {
  let text = '';
  stream.onData((bytes) => {
    text += new TextDecoder().decode(bytes);
    stream.credit(bytes.length);
  });
  stream.credit(1024 * 1024);
  await harness.until(() => expected.test(text), `${String(expected)} in ${text}`);
  return text;
}

describe("a real host's own tools", () => {
  it('say what the computer is', async () => {
    const info = physicalInfo.parse(await dom0.physical());
    expect(info).toMatchObject({ host: 'lab1', nrCpus: 2, xenMajor: 4, xenMinor: 17 });
    expect(info.topology).toHaveLength(2);
    expect(info.nodes[0]?.memoryKiB).toBe(2047 * 1024);
  });

  it('list domains with their figures', async () => {
    await harness.until(() => harness.sink.newest?.domains[pv1] !== undefined, 'figures');
    const rows = (await dom0.domains()).map((each) => domainRow.parse(each));
    expect(rows.map(({ name }) => name)).toEqual(['Domain-0', 'pv1']);
    expect(rows[1]).toMatchObject({ id: pv1, vbds: [{ device: 51712 }], vifs: [{ devid: 0 }] });
  });

  it("show the hypervisor's ring and take debug keys", async () => {
    await dom0.debugKeys('r');
    const ring = await dom0.openLog('hypervisor');
    await hears(ring, /Scheduling granularity/);
    ring.close();
    expect(await dom0.dmesg(false)).toContain('(XEN)');
  });

  it('show and set the scheduler', async () => {
    await dom0.setDomainSchedule(pv1, { weight: 512, cap: 50 }, op());
    await dom0.pinVcpu(pv1, { vcpu: 0, hard: [1], soft: [0, 1] }, op());
    const view = schedulerView.parse(await dom0.schedulerView());
    expect(view.pools).toMatchObject([{ id: 0, name: 'Pool-0', scheduler: 'credit2', cpus: [0, 1] }]);
    expect(view.domains.map(({ name }) => name)).toEqual(['Domain-0', 'pv1']);
    expect(view.domains[1]).toMatchObject({ id: pv1, weight: 512, cap: 50, pool: 'Pool-0' });
    expect(view.domains[1]?.vcpus[0]).toMatchObject({ vcpu: 0, hard: [1], soft: [0, 1] });
    await dom0.pinVcpu(pv1, { vcpu: null, hard: [0, 1] }, op());
    const wrong = await failure(dom0.setDomainSchedule(pv1, { weight: 70_000 }, op()));
    expect(wrong.message).toContain('valid values are within range from 1 to 65535');
    expect((await failure(dom0.pinVcpu(pv1, { vcpu: 9, hard: [0] }, op()))).code).toBe('ERROR_INVAL');
  });

  it('make a pool, move a domain there and back, and take it away', async () => {
    await dom0.removePoolCpus('Pool-0', [1], op());
    const { id } = await dom0.createPool({ name: 'second', scheduler: 'credit', cpus: [1] }, op());
    expect(id).toBeGreaterThan(0);
    await dom0.moveDomain(pv1, 'second', op());
    await dom0.setPoolSchedule('second', { tsliceMs: 10 }, op());
    const { pools, domains, pcpus } = await dom0.schedulerView();
    expect(pools[1]).toMatchObject({
      id,
      name: 'second',
      scheduler: 'credit',
      cpus: [1],
      tsliceMs: 10,
      domains: 1,
    });
    expect(domains.find(({ name }) => name === 'pv1')?.pool).toBe('second');
    expect(pcpus.map(({ pool }) => pool)).toEqual(['Pool-0', 'second']);
    await dom0.moveDomain(pv1, 'Pool-0', op());
    await dom0.renamePool('second', 'other', op());
    await dom0.destroyPool('other', op());
    await dom0.addPoolCpus('Pool-0', [1], op());
    expect((await dom0.schedulerView()).pools).toHaveLength(1);
    expect((await failure(dom0.destroyPool('none', op()))).code).toBe('ERROR_NOTFOUND');
  });

  it('change memory and vCPUs of a running guest', async () => {
    await dom0.setMemory(pv1, 112 * 1024, op());
    expect(row().targetMemoryKiB).toBe(112 * 1024);
    await dom0.setVcpus(pv1, 2, op());
    await harness.until(() => row().vcpus === 2, 'two vCPUs', 30_000);
    const much = await failure(dom0.setVcpus(pv1, 9, op()));
    expect(much).toMatchObject({ code: 'ERROR_FAIL', field: 'count' });
    await dom0.setVcpus(pv1, 1, op());
  });

  it('browse, write and watch the XenStore', async () => {
    const domid = row().domid ?? 0;
    const path = `/local/domain/${domid}/data`;
    const { cursor } = await Promise.race([
      dom0.xenstoreChanges(path, 0, undefined),
      dom0.xenstoreWrite(`${path}/first`, '1').then(() => dom0.xenstoreChanges(path, 0, undefined)),
    ]);
    const later = dom0.xenstoreChanges(path, cursor, undefined);
    const value = 'a "b" \\ \t\n\x01\xff';
    await dom0.xenstoreWrite(`${path}/odd`, value);
    expect((await later).paths.length).toBeGreaterThan(0);
    expect(await dom0.xenstoreNode(`${path}/odd`)).toMatchObject({ value, children: [] });
    await dom0.xenstoreSetPermissions(`${path}/odd`, `n0,r${domid}`);
    const node = xenstoreNode.parse(await dom0.xenstoreNode(path));
    expect(node.children).toContainEqual({ name: 'odd', value, leaf: true });
    expect((await dom0.xenstoreNode(`${path}/odd`)).permissions).toBe(`n0,r${domid}`);
    await dom0.xenstoreRemove(`${path}/odd`);
    expect((await failure(dom0.xenstoreNode(`${path}/odd`))).code).toBe('ERROR_NOTFOUND');
    const root = await dom0.xenstoreNode('/');
    expect(root.children).toContainEqual({ name: 'local', value: '', leaf: false });
    expect((await failure(dom0.xenstoreSetPermissions(path, 'x'))).code).toBe('ERROR_INVAL');
  });

  it('list and follow logs', async () => {
    const sources = (await dom0.logSources()).map((each) => logSource.parse(each));
    const own = sources.find(({ id }) => id === '/var/log/xen/xl-pv1.log');
    expect(own).toMatchObject({ kind: 'toolstack', domain: pv1 });
    const log = await dom0.openLog(own?.id ?? '');
    await lab.dom0('echo followed >> /var/log/xen/xl-pv1.log');
    await hears(log, /followed/);
    log.close();
    expect((await failure(dom0.openLog('/etc/shadow'))).code).toBe('ERROR_NOTFOUND');
    await harness.until(() => true);
    expect(await lab.dom0('sleep 1; ps -e -o args= | grep -c "^tail -c" || true')).toBe('0\n');
  });

  it('give a shell', async () => {
    const shell = await dom0.openTerminal({ columns: 90, rows: 20 });
    const said = hears(shell, /COLUMNS=90/);
    shell.write(new TextEncoder().encode('stty size; echo COLUMNS=$(stty size | cut -d" " -f2)\r'));
    expect(await said).toContain('20 90');
    shell.close();
  });

  it('read and write configurations', async () => {
    expect(JSON.parse(await dom0.longConfig(pv1))).toMatchObject([{ config: { c_info: { name: 'pv1' } } }]);
    expect(JSON.parse(await dom0.longConfig(dom0Uuid))).toMatchObject([{ domid: 0 }]);
    const { text } = await harness.host.configText(pv1);
    await dom0.writeConfig(pv1, `${text}# a remark\n`, op());
    expect((await harness.host.configText(pv1)).text).toBe(`${text}# a remark\n`);
    await dom0.writeConfig(pv1, text, op());
    const other = await failure(dom0.writeConfig(pv1, text.replaceAll('pv1', 'x'), op()));
    expect(other).toMatchObject({ code: 'ERROR_INVAL', field: 'name' });
    expect((await dom0.checkConfig('nmae = 1', 'x')).diagnostics).not.toEqual([]);
    expect((await dom0.configOptions()).length).toBeGreaterThan(100);
  });

  it('rename a domain and start it with the host, and take both back', async () => {
    await dom0.rename(pv1, 'renamed', op());
    expect(row()).toMatchObject({ name: 'renamed' });
    expect(await lab.dom0('xl list')).toMatch(/^renamed /m);
    await dom0.rename(pv1, 'pv1', op());
    await dom0.setAutostart(pv1, true, op());
    expect(await lab.dom0('readlink /etc/xen/auto/pv1.cfg')).toBe('/etc/xen/pv1.cfg\n');
    await dom0.setAutostart(pv1, false, op());
    expect(await lab.dom0('ls /etc/xen/auto')).toBe('');
  });

  it('dump a core', async () => {
    const { bytes } = await dom0.dumpCore(pv1, '/var/tmp/pv1.core', op());
    expect(bytes).toBeGreaterThan(64 * 1024 * 1024);
    await lab.dom0('rm /var/tmp/pv1.core');
  });

  it('send what xl trigger and sysrq send, with their refusals', async () => {
    expect((await failure(dom0.trigger(pv1, 'power', op()))).message).toContain('Invalid argument');
    await dom0.sysrq(pv1, 'h', op());
  });

  it('create from a text', async () => {
    const text = (await harness.host.configText(pv1)).text
      .replaceAll('pv1', 'loose')
      .replace(/^disk.*$/m, '')
      .replace('00:16:3e:00:00:01', '00:16:3e:00:00:09');
    const made = await dom0.createFromText({ text, source: 'loose.cfg', paused: true }, op());
    expect(await lab.dom0('xl list loose')).toMatch(/--p---/);
    expect(await lab.dom0('ls /tmp')).not.toContain('domus-');
    await harness.host.destroy(made.domain, op());
    expect(harness.host.domains().some(({ name }) => name === 'loose')).toBe(false);
  });
});
