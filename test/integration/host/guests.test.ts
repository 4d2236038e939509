import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRealHost, operation, type RealHost, sitAtConsole, until } from './real-host.ts';
import { draftOf } from '../../support/drafts.ts';

let real: RealHost;
beforeAll(async () => {
  real = await openRealHost();
});
afterAll(() => real.close());

const row = (id: string) => real.host.domains().find((domain) => domain.id === id);

/** Defines the ready-made guest with further options, starts it, and sits down at its shell. */
async function run(name: string, options: string) {
  const draft = draftOf(name, { memoryMiB: 48, nics: [] });
  const text = (await real.host.preview(draft)).replace(/^vif = .*$/m, '');
  const { domain } = await real.host.define(`${text}\n${options}\n`, operation());
  await real.host.start(domain, { paused: false }, operation());
  const console = await sitAtConsole(real.host, domain);
  await console.expect(/# /);
  return { id: domain, console };
}

describe('real guests', () => {
  it('reach each other over their bridge', async () => {
    const [a, b] = await Promise.all(['a', 'b'].map((name) => run(name, 'vif=["bridge=xenbr0"]')));
    if (!a || !b) throw new Error('no guests');
    const setUp = async ({ console }: typeof a, address: string): Promise<void> => {
      console.type('until pidof udhcpc >/dev/null; do sleep 0.1; done; killall udhcpc; echo al""one\n');
      await console.expect(/\nalone[^]*# /);
      console.type(
        `ip addr flush dev eth0; ip addr add ${address}/24 dev eth0; ip link set eth0 up; echo rea""dy\n`,
      );
      await console.expect(/\nready[^]*# /);
    };
    await Promise.all([setUp(a, '10.9.0.1'), setUp(b, '10.9.0.2')]);
    a.console.type('ping -c 3 -W 10 10.9.0.2 && echo ar""rived\n');
    await a.console.expect(/\narrived/);
    await until(() => (real.sink.newest?.domains[a.id]?.cpuSeconds ?? 0) > 0, 'figures');
    await Promise.all([a, b].map(({ id }) => real.host.destroy(id, operation())));
  });

  it('keep on their disk what they wrote before they were powered off', async () => {
    const path = join(real.stateDir, 'disk.img');
    await writeFile(path, new Uint8Array(1024 * 1024));
    const { id, console } = await run('disk', `disk=["${path},raw,xvda,w"]`);
    console.type(
      'printf "written by the guest" | dd of=/dev/sda conv=notrunc 2>/dev/null; sync; echo do""ne\n',
    );
    await console.expect(/\ndone/);
    await real.host.destroy(id, operation());
    expect((await readFile(path)).toString('latin1', 0, 20)).toBe('written by the guest');
  });

  it('whose kernel panics have crashed, with the last words kept', async () => {
    const { id, console } = await run('panic', '');
    console.type('echo c >/proc/sysrq-trigger\n');
    await until(() => row(id)?.lastExit !== null && row(id)?.operation === null, 'the end');
    expect(row(id)).toMatchObject({ state: 'off', lastExit: { reason: 'crash' } });
    expect(row(id)?.lastExit?.detail).toContain('Kernel panic - not syncing');
    const log = await readFile(join(real.stateDir, 'var/log/xen/console/guest-panic.log'), 'latin1');
    expect(log).toContain('sysrq');
  });
});
