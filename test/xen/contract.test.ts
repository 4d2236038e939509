import { domainDraft } from '../../engine/api/index.ts';
import { hostSuite } from '../contract/host-suite.ts';
import { startRealLab } from '../support/real-lab.ts';
import { connectedXenHost } from '../support/xen-host-harness.ts';

/** What the lab's guest prints when its shell is there. */
const up = /GUEST-UP/;

hostSuite('A real Xen host', async () => {
  const lab = await startRealLab();
  const harness = await connectedXenHost(lab.draft, { timing: { shutdownMs: 20_000 } });
  const { host } = harness;
  const heard = new Map<string, string>();
  const consoles = new Map<string, Awaited<ReturnType<typeof host.openSerial>>>();

  /** Reads the domain's console from now on. */
  async function listen(id: string): Promise<void> {
    if (consoles.has(id)) return;
    const stream = await host.openSerial(id, 0);
    consoles.set(id, stream);
    stream.onData((bytes) => {
      heard.set(id, (heard.get(id) ?? '') + new TextDecoder().decode(bytes));
      stream.credit(bytes.length);
    });
    stream.credit(1024 * 1024);
  }
  async function type(id: string, line: string): Promise<void> {
    await listen(id);
    consoles.get(id)?.write(new TextEncoder().encode(`${line}\r`));
  }
  async function ready(id: string): Promise<void> {
    await listen(id);
    await harness.until(() => up.test(heard.get(id) ?? ''), `GUEST-UP in: ${heard.get(id) ?? ''}`);
  }

  return {
    host,
    sink: harness.sink,
    op: () => harness.op(),
    draft: (name) =>
      domainDraft.parse({
        name,
        type: 'pv',
        memoryMiB: 96,
        source: {
          kind: 'kernel',
          kernel: '/var/lib/xenlab/vmlinuz',
          ramdisk: '/var/lib/xenlab/guest.img',
          cmdline: `console=hvc0 guest=${name}`,
        },
        nics: [{ bridge: 'xenbr0' }],
      }),
    ready,
    end: (id, how) => type(id, how === 'crash' ? 'echo c >/proc/sysrq-trigger' : `/bin/${how} -f`),
    async deafen(id) {
      await type(
        id,
        'rm /sbin/poweroff /sbin/reboot; echo 0 > /proc/sys/kernel/ctrl-alt-del; echo deaf-$((40+2))',
      );
      await harness.until(() => /deaf-42/.test(heard.get(id) ?? ''), 'a deaf guest');
    },
    until: (condition, what) => harness.until(condition, what),
    settle: (call) => call,
    async close() {
      await harness.close();
      await lab.dispose();
    },
  };
});
