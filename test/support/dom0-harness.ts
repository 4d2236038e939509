import type { DomainRow } from '../../engine/api/index.ts';
import type { Dom0Tools } from '../../engine/host/dom0.ts';
import { XenStore } from '../../engine/xenstore/index.ts';
import type { LocalHostOptions } from '../../engine/host/local/index.ts';
import { LocalHarness } from './local-host-harness.ts';
import type { MemoryMachine } from './memory-machine.ts';
import { RecordingOperation } from './recording-sink.ts';

/** The embedded host with its store in hand, for tests of dom0's tools. */
export class Dom0Harness {
  readonly local: LocalHarness;
  /** Of the host as it is now: a restarted one has a new one. */
  store: XenStore;

  private constructor(local: LocalHarness, store: XenStore) {
    this.local = local;
    this.store = store;
  }

  static async open(options: Partial<LocalHostOptions> = {}): Promise<Dom0Harness> {
    const store = new XenStore();
    return new Dom0Harness(await LocalHarness.open({ ...options, store }), store);
  }

  get tools(): Dom0Tools {
    const { dom0 } = this.local.host;
    if (!dom0) throw new Error('The embedded host has dom0 tools.');
    return dom0;
  }

  op(): RecordingOperation {
    return new RecordingOperation();
  }

  /** Defines and starts `web` with 64 MiB and these further options. Returns its identity. */
  async run(options = '', name = 'web'): Promise<string> {
    const { domain } = await this.local.settle(this.local.host.define(this.config(options, name), this.op()));
    await this.local.settle(this.local.host.start(domain, { paused: false }, this.op()));
    return domain;
  }

  config(options = '', name = 'web'): string {
    return `name="${name}"\ntype="hvm"\nmemory=64\nkernel="/var/lib/xen/images/tiny-linux/bzImage"\n${options}\n`;
  }

  machine(name = 'web'): MemoryMachine {
    return this.local.factory.machine(name);
  }

  async row(domid: number): Promise<DomainRow | undefined> {
    return (await this.tools.domains()).find((row) => row.domid === domid);
  }

  async close(): Promise<void> {
    await this.local.close();
  }
}
