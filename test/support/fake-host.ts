import { randomUUID } from 'node:crypto';
import {
  dom0Uuid,
  domainDraft,
  DomusError,
  historyStepSeconds,
  type DomainDraft,
  type DomainInfo,
  type DomainOperation,
  type History,
  type HistoryRange,
  type HostInfo,
  type ReadyImage,
  type Sample,
} from '../../engine/api/index.ts';
import type { ByteStream, Host, HostSink, Operation } from '../../engine/host/host.ts';

/** A host in memory: domains without machines, for tests of what stands in front of a host. */

const mib = 1024;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export function fakeDomain(name: string, patch: Partial<DomainInfo> = {}): DomainInfo {
  const uuid = patch.uuid ?? randomUUID();
  return {
    host: 'local',
    id: uuid,
    uuid,
    name,
    domid: null,
    state: 'off',
    letters: '------',
    operation: null,
    type: 'hvm',
    vcpus: 1,
    memoryKiB: 0,
    targetMemoryKiB: 64 * mib,
    maxMemoryKiB: 64 * mib,
    startedAt: null,
    configPath: `/etc/xen/${name}.cfg`,
    boot: 'kernel vmlinuz with ramdisk initramfs',
    disks: [],
    nics: [{ devid: 0, mac: '00:16:3e:5a:10:0c', bridge: 'xenbr0', model: 'virtio' }],
    serialPorts: [0],
    onPoweroff: 'destroy',
    onReboot: 'restart',
    onCrash: 'destroy',
    lastExit: null,
    ...patch,
  };
}

const running = (domid: number, patch: Partial<DomainInfo> = {}): Partial<DomainInfo> => ({
  domid,
  state: 'running',
  letters: 'r-----',
  memoryKiB: 64 * mib,
  startedAt: Date.now(),
  ...patch,
});
const halted: Partial<DomainInfo> = {
  domid: null,
  state: 'off',
  letters: '------',
  memoryKiB: 0,
  startedAt: null,
};

export const fakeDom0 = (): DomainInfo =>
  fakeDomain('Domain-0', {
    ...running(0, { memoryKiB: 512 * mib, startedAt: Date.now() - 7_200_000 }),
    id: dom0Uuid,
    uuid: dom0Uuid,
    vcpus: 4,
    type: 'pv',
    targetMemoryKiB: 512 * mib,
    maxMemoryKiB: 512 * mib,
    configPath: null,
    boot: '',
    nics: [],
    serialPorts: [],
  });

export interface FakeHostOptions {
  readonly domains?: readonly DomainInfo[];
  readonly info?: Partial<HostInfo>;
  /** How long each operation takes, in ms. */
  readonly operationMs?: number;
}

export class FakeHost implements Host {
  readonly id = 'local';
  readonly #sink: HostSink;
  readonly #domains = new Map<string, DomainInfo>();
  readonly #readers = new Map<string, Set<(text: string) => void>>();
  readonly #operationMs: number;
  readonly #startedAt = Date.now() - 7_200_000;
  readonly #info: Partial<HostInfo>;
  #memoryTotalKiB = 4096 * mib;
  #lastDomid = 9;

  constructor(sink: HostSink, options: FakeHostOptions = {}) {
    this.#sink = sink;
    this.#operationMs = options.operationMs ?? 600;
    this.#info = options.info ?? {};
    for (const domain of options.domains ?? [fakeDom0()]) this.#domains.set(domain.id, domain);
    this.#report();
    for (const domain of this.#domains.values()) sink.domain(domain);
  }

  info(): HostInfo {
    const used = [...this.#domains.values()].reduce((sum, { memoryKiB }) => sum + memoryKiB, 0);
    return {
      id: 'local',
      name: 'laptop',
      kind: 'embedded',
      state: 'online',
      group: '',
      connection: null,
      lacks: {},
      version: 'Domus 0.1.0 (as Xen 4.17)',
      cpuModel: 'AMD Ryzen 7 5800U',
      pcpus: 8,
      memoryTotalKiB: this.#memoryTotalKiB,
      memoryDom0KiB: 512 * mib,
      memoryFreeKiB: this.#memoryTotalKiB - used,
      startedAt: this.#startedAt,
      stateDirectory: '/home/me/.local/share/domus/hosts/local',
      bridges: ['xenbr0'],
      warnings: [],
      ...this.#info,
    };
  }

  domains(): readonly DomainInfo[] {
    return [...this.#domains.values()];
  }

  /** Replaces part of a domain, as if something had happened to it. */
  change(id: string, patch: Partial<DomainInfo>): DomainInfo {
    const next = { ...this.#find(id), ...patch };
    this.#domains.set(id, next);
    this.#sink.domain(next);
    this.#report();
    return next;
  }

  /** Takes one sample of everything, at `at` (epoch ms). */
  sample(at = Date.now()): void {
    const live = [...this.#domains.values()].filter(({ domid }) => domid !== null);
    const domains = Object.fromEntries(
      live.map((domain, index) => [domain.id, this.#figures(domain, at, index)]),
    );
    const whole = {
      ...fakeSample(at, 3),
      memoryKiB: 9 * 1024 * mib,
      cpuPercent: 22 + 8 * Math.sin(at / 9000),
    };
    this.#sink.samples({ host: this.id, at, whole, domains });
  }

  async configure({ memoryMiB }: { memoryMiB: number }, op: Operation): Promise<void> {
    op.progress('Changing the memory', 0.5);
    await pause(this.#operationMs);
    this.#memoryTotalKiB = memoryMiB * mib;
    this.#report();
  }

  async images(): Promise<readonly ReadyImage[]> {
    return [
      {
        id: 'tiny-linux',
        title: 'Tiny Linux 6.1',
        summary: 'BusyBox with sh, ip, udhcpc, httpd, vi and top. At its prompt in about a second.',
        memoryMiB: 64,
        minimumMemoryMiB: 32,
      },
    ];
  }

  async preview(draft: DomainDraft): Promise<string> {
    const vif = draft.nics.map(({ bridge }) => `"bridge=${bridge}"`);
    return [
      '# Written by Domus',
      `name = "${draft.name}"`,
      'type = "hvm"',
      `memory = ${draft.memoryMiB}`,
      'vcpus = 1',
      'kernel = "/var/lib/xen/images/tiny/vmlinuz"',
      'ramdisk = "/var/lib/xen/images/tiny/initramfs"',
      'cmdline = "console=ttyS0 quiet"',
      `vif = [ ${vif.join(', ')} ]`,
      'serial = "pty"',
      'on_reboot = "restart"',
      '',
    ].join('\n');
  }

  async create(
    draft: DomainDraft,
    options: { start: boolean; paused: boolean },
    op: Operation,
  ): Promise<{ domain: string }> {
    if (draft.source.kind === 'kernel' && draft.source.kernel.includes('nope')) {
      throw new DomusError('ERROR_NOTFOUND', `There is no file ${draft.source.kernel}.`, {
        field: 'draft.source.kernel',
        fix: 'Choose another kernel.',
      });
    }
    this.#mustFit(draft.memoryMiB * mib, options.start);
    const domain = fakeDomain(draft.name, {
      targetMemoryKiB: draft.memoryMiB * mib,
      maxMemoryKiB: draft.memoryMiB * mib,
    });
    this.#domains.set(domain.id, domain);
    op.about(domain.id);
    op.progress('Writing the configuration', 0.1);
    op.log(`wrote ${domain.configPath}`);
    this.#sink.domain(domain);
    if (options.start) await this.start(domain.id, options, op);
    return { domain: domain.id };
  }

  async define(text: string, op: Operation): Promise<{ domain: string }> {
    const name = /name = "([^"]*)"/.exec(text)?.[1] ?? 'restored';
    const domain = fakeDomain(name);
    this.#domains.set(domain.id, domain);
    op.about(domain.id);
    this.#sink.domain(domain);
    return { domain: domain.id };
  }

  async configText(id: string): Promise<{ path: string; text: string }> {
    const domain = this.#find(id);
    const source = { kind: 'image', image: 'tiny-linux' } as const;
    const memoryMiB = domain.targetMemoryKiB / mib;
    const text = await this.preview(domainDraft.parse({ name: domain.name, memoryMiB, source }));
    return { path: domain.configPath ?? '', text };
  }

  async start(id: string, { paused }: { paused: boolean }, op: Operation): Promise<void> {
    this.#mustFit(this.#find(id).targetMemoryKiB, true);
    const stages = ['Reserving memory', 'Loading the kernel', 'Starting'];
    await this.#during(id, 'starting', op, stages);
    this.#lastDomid += 1;
    const state = paused ? ({ state: 'paused', letters: '--p---' } as const) : {};
    this.change(id, { ...running(this.#lastDomid), memoryKiB: this.#find(id).targetMemoryKiB, ...state });
    this.print(id, '[    0.000000] Linux version 6.1.0\r\n[    1.912043] Run /init as init process\r\n~ # ');
  }

  async pause(id: string, op: Operation): Promise<void> {
    await this.#during(id, 'pausing', op, ['Pausing']);
    this.change(id, { state: 'paused', letters: '--p---' });
  }
  async unpause(id: string, op: Operation): Promise<void> {
    await this.#during(id, 'unpausing', op, ['Continuing']);
    this.change(id, { state: 'running', letters: 'r-----' });
  }
  async shutdown(id: string, op: Operation): Promise<void> {
    await this.#during(id, 'shutting-down', op, ['Waiting for the guest to be off']);
    if (this.#find(id).name === 'stubborn') {
      throw new DomusError(
        'ERROR_GUEST_TIMEDOUT',
        'stubborn did not shut down within 60 s; it is still running.',
        {
          fix: 'Force it off if it does not answer any more.',
          log: ['power button pressed', 'waited 60 s', 'the guest is still running'],
        },
      );
    }
    this.change(id, { ...halted, lastExit: { at: Date.now(), reason: 'poweroff', detail: '' } });
  }
  async reboot(id: string, op: Operation): Promise<void> {
    await this.#during(id, 'rebooting', op, ['Rebooting']);
    this.change(id, { startedAt: Date.now() });
  }
  async destroy(id: string, op: Operation): Promise<void> {
    await this.#during(id, 'destroying', op, ['Forcing off']);
    this.change(id, { ...halted, lastExit: { at: Date.now(), reason: 'destroyed', detail: '' } });
  }
  async remove(id: string, op: Operation): Promise<{ text: string }> {
    const { text } = await this.configText(id);
    await this.#during(id, 'removing', op, ['Deleting']);
    this.#domains.delete(id);
    this.#sink.domainRemoved(this.id, id);
    return { text };
  }

  async history(domain: string | null, range: HistoryRange): Promise<History> {
    const step = historyStepSeconds[range] * 1000;
    const count = range === '5m' ? 300 : range === '1h' ? 360 : 1440;
    const end = Math.floor(Date.now() / step) * step;
    const at = Array.from({ length: count }, (_, i) => end - (count - 1 - i) * step);
    const info = domain === null ? null : this.#find(domain);
    const points = at.map((time, i) => {
      const gap = (i > count * 0.35 && i < count * 0.42) || (info !== null && info.domid === null);
      if (gap) return null;
      return info ? this.#figures(info, time, 1) : { ...fakeSample(time, 3), memoryKiB: 9 * 1024 * mib };
    });
    const column = (field: Exclude<keyof Sample, 'cpuSeconds'>) =>
      points.map((point) => point?.[field] ?? null);
    return {
      range,
      stepSeconds: step / 1000,
      at,
      cpuPercent: column('cpuPercent'),
      memoryKiB: column('memoryKiB'),
      readBps: column('readBps'),
      writeBps: column('writeBps'),
      rxBps: column('rxBps'),
      txBps: column('txBps'),
    };
  }

  /** Text from the guest on its serial line. */
  print(id: string, text: string): void {
    for (const reader of this.#readers.get(id) ?? []) reader(text);
  }

  async openSerial(id: string): Promise<ByteStream> {
    const domain = this.#find(id);
    const readers = this.#readers.get(id) ?? new Set();
    this.#readers.set(id, readers);
    let onData: (bytes: Uint8Array) => void = () => undefined;
    let credited = false;
    const past = domain.domid === null ? '' : fakePast;
    const show = (text: string): void => onData(new TextEncoder().encode(text));
    readers.add(show);
    return {
      credit: () => {
        if (!credited && past) queueMicrotask(() => show(past));
        credited = true;
      },
      write: (bytes) => {
        this.print(id, new TextDecoder().decode(bytes).replaceAll('\r', '\r\n~ # '));
        return bytes.length;
      },
      resize: () => undefined,
      onData: (listener) => (onData = listener),
      onGap: () => undefined,
      onEvent: (listener) => {
        const event = domain.domid === null ? 'ended' : 'attached';
        queueMicrotask(() => listener(event, domain.domid === null ? `${domain.name} is off.` : ''));
      },
      close: () => readers.delete(show),
    };
  }

  async close(): Promise<void> {
    this.#readers.clear();
  }

  #find(id: string): DomainInfo {
    const domain = this.#domains.get(id);
    if (!domain) throw new DomusError('ERROR_DOMAIN_NOTFOUND', 'There is no such domain.');
    return domain;
  }

  #mustFit(kib: number, start: boolean): void {
    const { memoryFreeKiB } = this.info();
    if (!start || kib <= memoryFreeKiB) return;
    throw new DomusError(
      'ERROR_NOMEM',
      `It needs ${kib / mib} MiB; the host has ${Math.floor(memoryFreeKiB / mib)} MiB free.`,
      { fix: 'Shut something down, or give it less.', field: 'draft.memoryMiB' },
    );
  }

  async #during(
    id: string,
    operation: DomainOperation,
    op: Operation,
    stages: readonly string[],
  ): Promise<void> {
    this.change(id, { operation });
    try {
      for (const [index, stage] of stages.entries()) {
        op.progress(stage, stages.length > 1 ? index / stages.length : null);
        op.log(stage.toLowerCase());
        await pause(this.#operationMs / stages.length);
        op.signal.throwIfAborted();
      }
    } finally {
      this.change(id, { operation: null });
    }
  }

  #report(): void {
    this.#sink.host(this.info());
  }

  #figures(domain: DomainInfo, at: number, index: number): Sample {
    const figures = fakeSample(at, index);
    const still = domain.state === 'paused';
    return { ...figures, cpuPercent: still ? 0 : figures.cpuPercent, memoryKiB: domain.memoryKiB };
  }
}

const wave = (at: number, seed: number): number =>
  Math.abs(Math.sin(at / 7000 + seed) * Math.cos(at / 23_000 + seed * 2) + 0.3 * Math.sin(at / 1900 + seed));

function fakeSample(at: number, seed: number): Sample {
  const load = wave(at, seed);
  return {
    cpuPercent: Math.min(100, load * 60),
    memoryKiB: 64 * mib,
    readBps: load > 0.8 ? load * 1.6e6 : 0,
    writeBps: load > 0.6 ? load * 4e5 : 0,
    rxBps: load * 9e4,
    txBps: load * 3e4,
    cpuSeconds: 12.5,
  };
}

const fakePast = [
  '[    1.912043] Run /init as init process',
  'udhcpc: lease of 10.0.1.12 obtained, lease time 3600',
  'httpd: listening on :80',
  '',
  'Domus Tiny Linux 6.1 (ttyS0)',
  '\x1b[32mroot@web:~#\x1b[0m uptime',
  ' 13:20:41 up  2:14,  load average: 0.38, 0.31, 0.22',
  '\x1b[32mroot@web:~#\x1b[0m ',
].join('\r\n');
