import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { failure } from '../../contract/host-suite.ts';
import { fakeDom0, type FakeDom0 } from '../../support/fake-dom0.ts';
import { slowWire, type SlowWire } from '../../support/slow-wire.ts';
import { connectedXenHost, waitFor, type XenHostHarness } from '../../support/xen-host-harness.ts';

let dom0: FakeDom0;
let wire: SlowWire;
let harness: XenHostHarness;
beforeEach(async () => {
  dom0 = await fakeDom0();
  wire = await slowWire(dom0.port);
  await dom0.running({ domid: 1, name: 'web' });
});
afterEach(async () => {
  wire.silent(false);
  await harness.close();
  await wire.close();
  await dom0.dispose();
});

/** Through the bad network; a silent one is noticed sooner than usual. */
async function connect(): Promise<void> {
  const { knownHostsFile, ...draft } = dom0.draft();
  const known = (await readFile(knownHostsFile ?? '', 'utf8')).replace(String(dom0.port), String(wire.port));
  const file = join(dom0.directory, 'known_hosts.wire');
  await writeFile(file, known);
  harness = await connectedXenHost(
    { ...draft, knownHostsFile: file, port: wire.port },
    { keepaliveMs: 300, timing: { settleMs: 60_000 } },
  );
}
const connection = () => harness.host.info().connection;
const named = (name: string) => harness.host.domains().find((domain) => domain.name === name);
const warnings = (): string => harness.host.info().warnings.join('\n');
/** Something a program of the fake system does has begun. */
const begun = async (call: string): Promise<void> => {
  const end = performance.now() + 30_000;
  while (!(await dom0.calls()).some((line) => line.startsWith(call))) {
    if (performance.now() > end) throw new Error(`${call} was never called`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

describe('over a bad network', () => {
  it('a delay makes everything slow, and nothing wrong', async () => {
    wire.delay(50);
    await connect();
    await dom0.xl('pause', 'sed "s/-b----/--p---/" "$FAKE/running" >"$FAKE/r"; mv "$FAKE/r" "$FAKE/running"');
    const pausing = harness.host.pause(named('web')?.id ?? '', harness.op());
    await waitFor(() => named('web')?.operation === 'pausing', 'pausing');
    await pausing;
    expect(named('web')?.state).toBe('paused');
    expect(connection()?.state).toBe('connected');
  });

  it('a cable that is pulled while a domain is made: the loss is noticed, counted down, and nothing half made stays unmentioned', async () => {
    await connect();
    await dom0.xl(
      'create',
      'sed "s/web /half/" "$FAKE/running" | sed "s/   1   128/   7   128/; s/4000-8000-000000000001/4000-8000-000000000007/" | ' +
        'grep ^half >>"$FAKE/running"; exec sleep 60',
    );
    const text = 'name = "half"\nkernel = "/boot/k"\nmemory = 64\n';
    const create = harness.host.dom0?.createFromText({ text, source: 'x', paused: false }, harness.op());
    const making = failure(create ?? Promise.resolve());
    await begun('create');
    wire.silent(true);
    const error = await making;
    expect(error.message).toMatch(/connection was lost.*may have been done or not/);
    await waitFor(() => connection()?.state === 'waiting', 'the countdown');
    expect(connection()?.retryAt).toBeGreaterThan(0);
    expect(connection()?.error?.message).toMatch(/lost/);
    wire.silent(false);
    await waitFor(() => connection()?.state === 'connected', 'the connection');
    expect(warnings()).toMatch(/while half was being created: it is there now, with domid 7/);
  });

  it('one that breaks for good when the error of a creation has come: what is left is told', async () => {
    await connect();
    await dom0.xl('create', 'echo "libxl: error: libxl_device.c:1: unable to add disk devices" >&2; exit 3');
    await dom0.xl('list', 'if [ -f "$FAKE/stuck" ]; then exec sleep 60; else cat "$FAKE/running"; fi');
    await writeFile(join(dom0.directory, 'stuck'), '');
    // Not even the answer that the command has begun arrives before the silence.
    wire.delay(200);
    const text = 'name = "half"\nkernel = "/boot/k"\nmemory = 64\n';
    const create = harness.host.dom0?.createFromText({ text, source: 'x', paused: false }, harness.op());
    const making = failure(create ?? Promise.resolve());
    await begun('create');
    wire.silent(true);
    expect((await making).message).toMatch(/unable to add disk devices|may have been done or not/);
    await dom0.xl('list', 'if [ "$1" = -v ]; then cat "$FAKE/running"; else echo "[]"; fi');
    wire.delay(0);
    wire.silent(false);
    await waitFor(() => connection()?.state === 'connected', 'the connection');
    expect(warnings()).toMatch(/while half was being created: it does not run now/);
  });
});
