import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { failure } from '../../contract/host-suite.ts';
import { fakeDom0, type FakeDom0 } from '../../support/fake-dom0.ts';
import {
  connectedXenHost,
  waitFor,
  xenHostHarness,
  type XenHostHarness,
} from '../../support/xen-host-harness.ts';

let dom0: FakeDom0;
let harness: XenHostHarness | null = null;
beforeEach(async () => {
  dom0 = await fakeDom0();
});
afterEach(async () => {
  await harness?.close();
  harness = null;
  await dom0.dispose();
});

const connect = async (): Promise<XenHostHarness> =>
  (harness = await connectedXenHost(dom0.draft(), { timing: { settleMs: 1000 } }));

/** Tries to connect, until that has ended one way or the other. */
async function attempt(draft = dom0.draft()): Promise<NonNullable<ReturnType<typeof connection>>> {
  harness = await xenHostHarness(draft);
  harness.host.link?.connect();
  await waitFor(() => !['connecting', 'disconnected'].includes(connection()?.state ?? ''), 'an end', 30_000);
  return connection() as NonNullable<ReturnType<typeof connection>>;
}
const connection = () => harness?.host.info().connection ?? null;
const named = (name: string) => harness?.host.domains().find((domain) => domain.name === name);

describe('a host that cannot be had', () => {
  it('because nothing answers is tried again, and says so', async () => {
    await dom0.listen(false);
    const { state, retryAt, error } = await attempt();
    expect(state).toBe('waiting');
    expect(retryAt).not.toBeNull();
    expect(error?.message).toContain('127.0.0.1');
    expect(error?.fix).toBeTruthy();
    await dom0.listen(true);
    await waitFor(() => connection()?.state === 'connected', 'the connection', 30_000);
  });

  it('because its key has changed is not tried again', async () => {
    const file = dom0.draft().knownHostsFile ?? '';
    const line = await readFile(file, 'utf8');
    const other = 'AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl';
    await writeFile(file, line.replace(/AAAA\S+/, other));
    const { state, retryAt, error } = await attempt();
    expect([state, retryAt]).toEqual(['failed', null]);
    expect(error?.message).toMatch(/key/i);
  });

  it('because sudo refuses says what sudo says', async () => {
    await dom0.program('sudo', 'echo "root is not in the sudoers file." >&2; exit 1\n');
    const { state, error } = await attempt(dom0.draft({ sudo: true }));
    expect(state).toBe('failed');
    expect(error?.message).toContain('sudoers');
    expect(error?.fix).toBeTruthy();
  });

  it('because xl is missing, or does not work, says which', async () => {
    await dom0.xl('info', 'echo "xl: command crashed" >&2; exit 1');
    const { state, error } = await attempt();
    expect(state).toBe('failed');
    expect(error).toMatchObject({ fix: expect.any(String) as unknown });
    expect(error?.message).toMatch(/xl|Xen/);
  });

  it('because its XenStore does not answer is tried again', async () => {
    await dom0.program('xenstore-read', 'echo "xenstore-read: could not connect" >&2; exit 1\n');
    const { state, error } = await attempt();
    expect(state).toBe('waiting');
    expect(error?.message).toContain('XenStore');
  });
});

describe('a host that says strange things', () => {
  it('in names: they are shown without control characters', async () => {
    await dom0.running({ domid: 1, name: 'evil\u001b[2J\u0007name' }, { domid: 2, name: 'x'.repeat(3000) });
    await connect();
    const names = harness?.host.domains().map(({ name }) => name) ?? [];
    expect(names).toHaveLength(2);
    expect(names.join()).not.toMatch(/[\u0000-\u001f]/);
  });

  it('instead of a list: what was known stays, and it goes on when the list is right again', async () => {
    await dom0.running({ domid: 1, name: 'web' });
    await connect();
    await dom0.xl('list', 'head -c 200000 /dev/urandom; exit 1');
    const dead = await failure(
      harness?.host.pause(named('web')?.id ?? '', harness.op()) ?? Promise.resolve(),
    );
    expect(dead.message).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
    await dom0.xl('list', 'if [ "$1" = -v ]; then cat "$FAKE/running"; else echo "{{{ no json"; fi');
    await dom0.running({ domid: 1, name: 'web', letters: '--p---' });
    await harness?.host.pause(named('web')?.id ?? '', harness.op()).catch(() => undefined);
    await waitFor(() => named('web')?.state === 'paused', 'paused', 10_000);
  });

  it('without end: it is cut off, with a sentence', async () => {
    await connect();
    await dom0.xl('dmesg', 'yes abcdefgh | head -c 100000000');
    const error = await failure(harness?.host.dom0?.dmesg(false) ?? Promise.resolve());
    expect(error.message).toMatch(/more than \d+ MiB/);
    expect(connection()?.state).toBe('connected');
  });
});

describe('a domain that changes meanwhile', () => {
  it('is asked again when xl says nothing of it while it is being made', async () => {
    await dom0.running({ domid: 1, name: 'web' });
    await connect();
    expect(named('web')?.targetMemoryKiB).toBe(0);
    const long = new URL('../../golden/xen/transcripts/xl-list-l-pv1.out', import.meta.url);
    await writeFile(join(dom0.directory, 'long'), await readFile(long));
    await dom0.xl('list', 'if [ "$1" = -v ]; then cat "$FAKE/running"; else cat "$FAKE/long"; fi');
    await waitFor(() => named('web')?.targetMemoryKiB === 131072, 'its memory', 30_000);
  });

  it('is gone when it is to be paused: that is said, and it is not shown any more', async () => {
    await dom0.running({ domid: 1, name: 'web' });
    await connect();
    const id = named('web')?.id ?? '';
    await dom0.xl('pause', 'echo "libxl: error: libxl_dom.c:35: Domain 1 Non-existent domain" >&2; exit 1');
    await dom0.running();
    const error = await failure(harness?.host.pause(id, harness.op()) ?? Promise.resolve());
    expect(error.code).toBe('ERROR_DOMAIN_NOTFOUND');
    expect(named('web')).toBeUndefined();
  });

  it('has another name: it is the same domain', async () => {
    await dom0.running({ domid: 1, name: 'web' });
    await connect();
    const id = named('web')?.id;
    await dom0.running({ domid: 1, name: 'shop' });
    await harness?.host.unpause(id ?? '', harness.op()).catch(() => undefined);
    await harness?.host.pause(id ?? '', harness.op()).catch(() => undefined);
    await waitFor(() => named('shop') !== undefined, 'the new name', 20_000);
    expect(named('shop')?.id).toBe(id);
  });

  it('was half made: it is destroyed, and the error is the first one', async () => {
    await connect();
    const made = join(dom0.directory, 'running');
    const row = (await readFile(made, 'utf8')).replace(
      /^Domain-0 .*$/m,
      (line) =>
        `${line}\n${line
          .replace('Domain-0', 'half    ')
          .replace(/^(half\s+) {4}0 /, '$1    7 ')
          .replace(/0{8}-0000-4000-8000-0{12}/, '00000000-0000-4000-8000-000000000007')}`,
    );
    await writeFile(join(dom0.directory, 'half'), row);
    await dom0.xl(
      'create',
      'cat "$FAKE/half" >"$FAKE/running"; echo "libxl: error: libxl_device.c:1: unable to add disk devices" >&2; exit 3',
    );
    await dom0.xl('destroy', 'grep -v "^half" "$FAKE/running" >"$FAKE/r"; mv "$FAKE/r" "$FAKE/running"');
    const text = 'name = "half"\nkernel = "/boot/k"\nmemory = 64\n';
    const create = harness?.host.dom0?.createFromText({ text, source: 'x', paused: false }, harness.op());
    const error = await failure(create ?? Promise.resolve());
    expect(error.message).toContain('unable to add disk devices');
    expect(await dom0.calls()).toContain('destroy 7');
    expect(named('half')).toBeUndefined();
  });
});

describe('a connection that is lost', () => {
  it('in the middle of a command: nobody claims to know how it ended, and the host says so when it is back', async () => {
    await dom0.running({ domid: 1, name: 'web' });
    await connect();
    await dom0.xl('pause', 'sleep 20');
    const pausing = failure(harness?.host.pause(named('web')?.id ?? '', harness.op()) ?? Promise.resolve());
    await waitFor(() => named('web')?.operation === 'pausing', 'pausing');
    await new Promise((resolve) => setTimeout(resolve, 500));
    dom0.drop();
    expect((await pausing).message).toContain('it may have been done or not');
    await waitFor(() => connection()?.state === 'connected', 'the connection', 30_000);
    const { warnings = [] } = harness?.host.info() ?? {};
    expect(warnings.join()).toMatch(/web was being paused: it is there now, with domid 1/);
  });
});
