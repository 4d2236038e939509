import type { DomainDraft, DomainInfo, DomainState, HostInfo } from '../../engine/api/index.ts';
import { DomusError, dom0Uuid } from '../../engine/api/index.ts';
import type { ByteStream, CreateOptions, Host, HostSink, Operation } from '../../engine/host/host.ts';
import { abortReason } from '../../engine/lib/abort.ts';

/** A domain of a MemoryHost, off unless said otherwise. */
export function domainInfo(id: string, changes: Partial<DomainInfo> = {}): DomainInfo {
  return {
    host: 'local',
    id,
    uuid: dom0Uuid,
    name: id,
    domid: null,
    state: 'off',
    letters: '------',
    operation: null,
    type: 'pv',
    vcpus: 1,
    memoryKiB: 0,
    targetMemoryKiB: 65_536,
    maxMemoryKiB: 65_536,
    startedAt: null,
    configPath: `/etc/xen/${id}.cfg`,
    boot: '',
    disks: [],
    nics: [],
    serialPorts: [0],
    onPoweroff: 'destroy',
    onReboot: 'restart',
    onCrash: 'destroy',
    lastExit: null,
    ...changes,
  };
}

export const hostInfo = (changes: Partial<HostInfo> = {}): HostInfo => ({
  id: 'local',
  name: 'memory',
  kind: 'embedded',
  state: 'online',
  group: '',
  connection: null,
  lacks: {},
  version: 'test',
  cpuModel: 'test',
  pcpus: 1,
  memoryTotalKiB: 1_048_576,
  memoryDom0KiB: 0,
  memoryFreeKiB: 1_048_576,
  startedAt: null,
  stateDirectory: null,
  bridges: [],
  warnings: [],
  ...changes,
});

/** One reader of a MemoryConsole. */
class MemoryStream implements ByteStream {
  readonly #console: MemoryConsole;
  #credit = 0;
  #waiting: Uint8Array = new Uint8Array(0);
  #onData: (bytes: Uint8Array) => void = () => {};
  #onGap: (bytes: number) => void = () => {};
  #onEvent: (event: 'attached' | 'ended' | 'restarted', detail: string) => void = () => {};

  constructor(console: MemoryConsole) {
    this.#console = console;
  }

  credit(bytes: number): void {
    this.#console.credited.push(bytes);
    this.#credit += bytes;
    this.#flush();
  }

  write(bytes: Uint8Array): number {
    this.#console.typed.push(...bytes);
    return bytes.length;
  }

  resize(columns: number, rows: number): void {
    this.#console.sizes.push([columns, rows]);
  }

  onData(listener: (bytes: Uint8Array) => void): void {
    this.#onData = listener;
  }

  onGap(listener: (bytes: number) => void): void {
    this.#onGap = listener;
  }

  onEvent(listener: (event: 'attached' | 'ended' | 'restarted', detail: string) => void): void {
    this.#onEvent = listener;
  }

  close(): void {
    this.#console.streams.delete(this);
  }

  emit(bytes: Uint8Array): void {
    this.#waiting = Buffer.concat([this.#waiting, bytes]);
    this.#flush();
  }

  gap(bytes: number): void {
    this.#onGap(bytes);
  }

  event(event: 'attached' | 'ended' | 'restarted', detail: string): void {
    this.#onEvent(event, detail);
  }

  #flush(): void {
    const bytes = this.#waiting.subarray(0, this.#credit);
    if (bytes.length === 0) return;
    this.#waiting = this.#waiting.subarray(bytes.length);
    this.#credit -= bytes.length;
    this.#onData(bytes);
  }
}

/** A serial port that says what the test makes it say. */
export class MemoryConsole {
  readonly streams = new Set<MemoryStream>();
  readonly typed: number[] = [];
  readonly sizes: [number, number][] = [];
  readonly credited: number[] = [];

  open(): ByteStream {
    const stream = new MemoryStream(this);
    this.streams.add(stream);
    return stream;
  }

  emit(bytes: Uint8Array): void {
    for (const stream of this.streams) stream.emit(bytes);
  }
}

/**
 * A host without guests, for tests of everything above `Host`: domains are entries in a table, commands change their
 * state, and `hold` keeps commands from ending until the test lets them.
 */
export class MemoryHost implements Host {
  readonly id = 'local';
  readonly consoles = new Map<string, MemoryConsole>();
  /** Commands that take time end when this resolves or when they are cancelled. */
  hold: Promise<unknown> = Promise.resolve();
  /** Thrown by the next command. */
  failWith: Error | null = null;
  closed = false;
  readonly #sink: HostSink;
  readonly #domains = new Map<string, DomainInfo>();

  constructor(sink: HostSink) {
    this.#sink = sink;
    sink.host(this.info());
  }

  info(): HostInfo {
    return hostInfo();
  }

  domains(): readonly DomainInfo[] {
    return [...this.#domains.values()];
  }

  put(info: DomainInfo): void {
    this.#domains.set(info.id, info);
    this.#sink.domain(info);
  }

  drop(id: string): void {
    this.#domains.delete(id);
    this.#sink.domainRemoved(this.id, id);
  }

  async configure(): Promise<void> {
    this.#mayFail();
  }

  async images() {
    return [{ id: 'tiny', title: 'Tiny', summary: 'Tiny Linux', memoryMiB: 64, minimumMemoryMiB: 32 }];
  }

  async preview(draft: DomainDraft): Promise<string> {
    return `name = "${draft.name}"\n`;
  }

  async create(draft: DomainDraft, options: CreateOptions, op: Operation): Promise<{ domain: string }> {
    op.progress('Writing the configuration', 0.1);
    op.log('writing the configuration');
    await this.#work(op);
    this.put(domainInfo(draft.name, { state: options.start ? 'running' : 'off' }));
    op.about(draft.name);
    return { domain: draft.name };
  }

  async define(text: string): Promise<{ domain: string }> {
    const name = /name = "(.*)"/.exec(text)?.[1] ?? '';
    this.put(domainInfo(name));
    return { domain: name };
  }

  async configText(domain: string) {
    const { configPath, name } = this.#get(domain);
    return { path: configPath ?? '', text: `name = "${name}"\n` };
  }

  start = (domain: string, { paused }: { paused: boolean }, op: Operation) =>
    this.#become(domain, paused ? 'paused' : 'running', op);
  pause = (domain: string, op: Operation) => this.#become(domain, 'paused', op);
  unpause = (domain: string, op: Operation) => this.#become(domain, 'running', op);
  shutdown = (domain: string, op: Operation) => this.#become(domain, 'off', op);
  reboot = (domain: string, op: Operation) => this.#become(domain, 'running', op);
  destroy = (domain: string, op: Operation) => this.#become(domain, 'off', op);

  async remove(domain: string): Promise<{ text: string }> {
    const { text } = await this.configText(domain);
    this.drop(domain);
    return { text };
  }

  async history(domain: string | null) {
    if (domain !== null) this.#get(domain);
    const none: number[] = [];
    const columns = { cpuPercent: none, memoryKiB: none, readBps: none, writeBps: none };
    return { range: '5m' as const, stepSeconds: 1, at: none, ...columns, rxBps: none, txBps: none };
  }

  async openSerial(domain: string): Promise<ByteStream> {
    this.#get(domain);
    const console = this.consoles.get(domain) ?? new MemoryConsole();
    this.consoles.set(domain, console);
    return console.open();
  }

  async close(): Promise<void> {
    this.closed = true;
  }

  #get(domain: string): DomainInfo {
    const info = this.#domains.get(domain);
    if (!info) throw new DomusError('ERROR_DOMAIN_NOTFOUND', `There is no domain "${domain}".`);
    return info;
  }

  #mayFail(): void {
    const reason = this.failWith;
    this.failWith = null;
    if (reason !== null) throw reason;
  }

  async #work({ signal }: Operation): Promise<void> {
    this.#mayFail();
    await new Promise<void>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(abortReason(signal)), { once: true });
      this.hold.then(() => resolve(), reject);
    });
  }

  async #become(domain: string, state: DomainState, op: Operation): Promise<void> {
    this.#get(domain);
    await this.#work(op);
    this.put({ ...this.#get(domain), state });
  }
}
