import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DomainInfo } from '../../../engine/api/index.ts';
import { openRealHost, operation, type RealHost, sitAtConsole, until } from './real-host.ts';

/** A real guest that lets its watchdog run out, and asks for a soft reset, by nodes of its own. */
let real: RealHost;
beforeAll(async () => {
  real = await openRealHost();
});
afterAll(() => real.close());

const info = (id: string): DomainInfo | undefined => real.host.domains().find((domain) => domain.id === id);

/** Starts a ready-made guest with these options, and sits down at its prompt when its agent is there. */
async function guest(name: string, options: string) {
  const files = '/var/lib/xen/images/tiny-linux';
  const text = `name="${name}"\ntype="hvm"\nmemory=64\nkernel="${files}/bzImage"\nramdisk="${files}/initramfs.cpio"
cmdline="console=ttyS0 domus.name=${name}"\nvif=["bridge=xenbr0"]\n${options}\n`;
  const { domain } = await real.host.define(text, operation());
  await real.host.start(domain, { paused: false }, operation());
  const seat = await sitAtConsole(real.host, domain);
  await seat.expect(/root@\w+:~# /);
  seat.type('until xenstore-exists domid; do sleep 0.2; done; echo store-"is"-there\n');
  await seat.expect(/store-is-there/);
  return { domain, seat };
}

describe('a guest', () => {
  it('whose watchdog is fed lives; when it is no longer fed its memory is dumped and it begins anew', async () => {
    const { domain, seat } = await guest('dog', 'on_watchdog="coredump-restart"');
    seat.type('for i in 1 2 3; do xenstore-write data/watchdog 8; sleep 4; done; echo fed-"all"\n');
    await seat.expect(/fed-all/);
    expect(info(domain)).toMatchObject({ domid: 1, lastExit: null });
    await until(() => info(domain)?.domid === 2, 'the new incarnation');
    expect(info(domain)?.lastExit).toMatchObject({ reason: 'watchdog' });
    const dump = await stat(join(real.stateDir, 'var/lib/xen/dump/dog'));
    expect(dump.size).toBeGreaterThan(64 * 1024 * 1024);
    await until(() => info(domain)?.operation === null, 'the end of the restart');
    await real.host.destroy(domain, operation());
  }, 180_000);

  it('that asks for a soft reset goes on with its memory, domid and agent', async () => {
    const { domain, seat } = await guest('soft', '');
    const { domid } = info(domain) ?? {};
    seat.type('MARK=kept-$((6*7)); xenstore-write data/shutdown soft_reset; echo "<$MARK>"\n');
    await until(() => info(domain)?.lastExit?.reason === 'soft-reset', 'the reset');
    await seat.expect(/<kept-42>[^]*root@soft:~# /);
    await until(() => /running|blocked/.test(info(domain)?.state ?? ''), 'the guest');
    expect(info(domain)?.domid).toBe(domid);
    await real.host.shutdown(domain, operation());
    expect(info(domain)).toMatchObject({ state: 'off', lastExit: { reason: 'poweroff' } });
  }, 180_000);
});
