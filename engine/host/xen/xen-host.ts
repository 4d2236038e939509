import {
  type DomainDraft,
  type DomainInfo,
  DomusError,
  type History,
  type HistoryRange,
  type HostDraft,
  type HostInfo,
  type ReadyImage,
} from '../../api/index.ts';
import type { Clock } from '../../lib/clock.ts';
import { Emitter } from '../../lib/emitter.ts';
import type { ByteStream, CreateOptions, Host, HostLink, HostSink, Operation, Removed } from '../host.ts';
import { Warnings } from '../warnings.ts';
import { XenAuthoring } from './authoring.ts';
import { XenCommands } from './commands.ts';
import { Consoles } from './consoles.ts';
import { Figures } from './figures.ts';
import { defaultTiming, type XenContext } from './host-context.ts';
import { Link } from './link/link.ts';
import type { XenFacts } from './link/probe.ts';
import { type Session, targetOf } from './link/session.ts';
import { Definitions } from './model/definitions.ts';
import type { Live, XenDomain } from './model/domain.ts';
import { dom0Info, domainInfo, domainInfos } from './model/domain-info.ts';
import { hostInfo, refuseMemory } from './model/host-info.ts';
import { XenDomains } from './model/domains.ts';
import type { XenHostOptions } from './options.ts';
import { RunEvents } from './run-events.ts';
import { openToolbox, type Toolbox } from './toolbox.ts';
import { Uncertain } from './uncertain.ts';
import type { TopRow } from './parse/xentop.ts';
import { clean } from './shell/text.ts';
import { Refresher } from './watch/refresher.ts';
import { HostWatcher } from './watch/watcher.ts';
import { Xl } from './xl.ts';

/** A real Xen host, driven through xl and the XenStore's tools. */
export class XenHost implements Host {
  readonly id: string;
  readonly link: HostLink;
  readonly dom0: Toolbox['dom0'];
  readonly saves: Toolbox['saves'];
  readonly hardware: Toolbox['hardware'];
  readonly inventory: Toolbox['inventory'];
  readonly display: Toolbox['display'];
  readonly inspect: Toolbox['inspect'];
  readonly browse: Toolbox['browse'];
  readonly volumes: Toolbox['volumes'];
  readonly #link: Link;
  readonly #sink: HostSink;
  readonly #clock: Clock;
  readonly #log: NonNullable<XenHostOptions['log']>;
  readonly #warnings: Warnings;
  readonly #domains: XenDomains;
  readonly #refresher: Refresher;
  readonly #figures: Figures;
  readonly #commands: XenCommands;
  readonly #authoring: XenAuthoring;
  readonly #consoles: Consoles;
  readonly #tools: Toolbox;
  readonly #changes = new Emitter<{ changed: void }>();
  readonly #uncertain = new Uncertain();
  #draft: HostDraft;
  #watcher: HostWatcher | null = null;
  #facts: XenFacts | null = null;
  #freeKiB = 0;
  #closed = false;

  constructor(options: XenHostOptions) {
    const { id, draft, sink, maker, answers } = options;
    this.id = id;
    this.#draft = draft;
    this.#sink = sink;
    this.#clock = maker.clock;
    this.#log = options.log ?? (() => undefined);
    this.#warnings = new Warnings(() => this.#publish());
    const xl = new Xl(() => this.#link.session);
    this.#consoles = new Consoles(maker.clock, () => this.#link.session);
    const definitions = new Definitions(id);
    this.#domains = new XenDomains(
      new RunEvents(this.#clock, this.#consoles, {
        changed: (domain) => this.#show(domain),
        removed: (domain) => this.#removed(domain),
        otherRuns: () => this.#watcher?.domainsChanged(),
      }),
    );
    this.#figures = new Figures(id, maker.clock, this.#domains);
    this.#refresher = new Refresher({
      xl,
      domains: this.#domains,
      definitions,
      clock: maker.clock,
      listener: {
        facts: ({ physical }) => this.#heard(physical),
        problems: (sentences) => this.#warnings.setConfiguration(sentences),
        read: (live) => this.#read(live),
        failed: (error) => this.#watcher && this.#log('warn', `${this.#name}: ${error.message}`),
      },
    });
    const context: XenContext = {
      id,
      clock: maker.clock,
      timing: { ...defaultTiming, ...options.timing },
      xl,
      domains: this.#domains,
      definitions,
      refresher: this.#refresher,
      warnings: this.#warnings,
      changes: this.#changes,
      facts: () => this.#facts,
      freeMemoryKiB: () => this.#freeKiB,
      figures: () => this.#figures.newest,
      uncertain: (name, what) => this.#uncertain.note(name, what),
    };
    this.#commands = new XenCommands(context);
    this.#authoring = new XenAuthoring(context, this.#commands);
    const parts = { context, commands: this.#commands, authoring: this.#authoring };
    this.#tools = openToolbox({ ...parts, session: () => this.#link.session });
    ({ dom0: this.dom0, saves: this.saves, hardware: this.hardware, display: this.display } = this.#tools);
    ({ inspect: this.inspect, browse: this.browse, volumes: this.volumes } = this.#tools);
    this.inventory = this.#tools.inventory;
    this.#link = new Link({
      maker,
      draft,
      answers,
      listener: {
        up: (session) => this.#up(session),
        down: () => this.#down(),
        changed: () => this.#publish(),
      },
    });
    this.link = this.#link;
    this.#publish();
  }

  /** The question that is asked has changed. */
  answersChanged(): void {
    this.#publish();
  }

  /** Another name, group or way to reach it. */
  async update(draft: HostDraft): Promise<void> {
    const { name: _name, group: _group, autoconnect: _autoconnect, ...before } = this.#draft;
    const { name: _newName, group: _newGroup, autoconnect: _newAutoconnect, ...after } = draft;
    this.#draft = draft;
    if (JSON.stringify(before) === JSON.stringify(after)) this.#publish();
    else await this.#link.replace(draft);
  }

  info(): HostInfo {
    return hostInfo({
      id: this.id,
      name: this.#name,
      group: this.#draft.group,
      connection: this.#link.connection,
      facts: this.#facts,
      dom0KiB: this.#domains.dom0?.memoryKiB ?? 0,
      freeKiB: this.#freeKiB,
      warnings: this.#warnings.all,
    });
  }

  domains(): readonly DomainInfo[] {
    return domainInfos(this.id, this.#domains, this.#facts?.startedAt ?? null);
  }

  configure = refuseMemory;

  images = async (): Promise<readonly ReadyImage[]> => [];

  preview = async (draft: DomainDraft): Promise<string> => this.#authoring.preview(draft);

  create(draft: DomainDraft, options: CreateOptions, op: Operation): Promise<{ domain: string }> {
    return this.#authoring.create(draft, options, op);
  }

  define(text: string, op: Operation): Promise<{ domain: string }> {
    return this.#authoring.define(text, op);
  }

  async configText(domain: string): Promise<{ path: string; text: string }> {
    return this.#authoring.configText(domain);
  }

  start(domain: string, options: { paused: boolean }, op: Operation): Promise<void> {
    return this.#commands.start(domain, options, op);
  }

  pause(domain: string, op: Operation): Promise<void> {
    return this.#commands.pause(domain, op);
  }

  unpause(domain: string, op: Operation): Promise<void> {
    return this.#commands.unpause(domain, op);
  }

  shutdown(domain: string, op: Operation): Promise<void> {
    return this.#commands.shutdown(domain, op);
  }

  reboot(domain: string, op: Operation): Promise<void> {
    return this.#commands.reboot(domain, op);
  }

  destroy(domain: string, op: Operation): Promise<void> {
    return this.#commands.destroy(domain, op);
  }

  remove(domain: string, op: Operation, volumes?: readonly string[]): Promise<Removed> {
    return this.#authoring.remove(domain, op, volumes);
  }

  async history(domain: string | null, range: HistoryRange): Promise<History> {
    return this.#figures.history(domain, range);
  }

  openSerial = async (id: string, port: number): Promise<ByteStream> =>
    this.#consoles.open(this.#domains.get(id), port);
  openPvConsole = async (id: string, number: number): Promise<ByteStream> =>
    this.#consoles.openPv(this.#domains.get(id), number);

  async close(): Promise<void> {
    this.#closed = true;
    this.#tools.close();
    await this.#link.disconnect();
    this.#consoles.close();
  }

  get #name(): string {
    return clean(this.#draft.name || this.#facts?.physical.host || targetOf(this.#draft), 256);
  }

  async #up(session: Session): Promise<void> {
    this.#facts = session.facts;
    this.#freeKiB = session.facts.physical.freeMemoryKiB;
    this.#warnings.add(...[session.facts.versionWarning ?? []].flat());
    this.#refresher.filesChanged();
    await this.#refresher.now();
    const watcher = new HostWatcher({
      clock: this.#clock,
      domains: this.#domains,
      refresher: this.#refresher,
      onRound: (rows) => this.#round(rows),
      onBroken: (why) => {
        this.#log('warn', `${this.#name}: ${why}`);
        if (this.#watcher === watcher)
          this.#link.fail(new DomusError('ERROR_FAIL', `The host could not be watched any more: ${why}.`));
      },
    });
    this.#watcher = watcher;
    await watcher.open(session);
    for (const domain of this.#domains.all) if (domain.live) this.#consoles.begins(domain, domain.live.domid);
    this.#warnings.add(...this.#uncertain.resolve(this.#domains));
  }

  #down(): void {
    this.#watcher?.close();
    this.#watcher = null;
    this.#figures.interrupt();
    this.#tools.close();
    this.#consoles.lost();
    for (const { live } of this.#domains.all) if (live) this.#refresher.stale(live);
  }

  #round(rows: readonly TopRow[]): void {
    this.#sink.samples(this.#figures.round(rows, this.#facts?.physical.nrCpus ?? 1));
  }

  #heard(physical: XenFacts['physical']): void {
    if (this.#facts)
      this.#facts = { ...this.#facts, physical: { ...physical, topology: this.#facts.physical.topology } };
    this.#freeKiB = physical.freeMemoryKiB;
    this.#publish();
  }

  #read(live: Live): void {
    const domain = this.#domains.byDomid(live.domid);
    if (domain) this.#show(domain);
  }

  #removed(domain: XenDomain): void {
    this.#sink.domainRemoved(this.id, domain.id);
    this.#changes.emit('changed');
  }

  #show(domain: XenDomain): void {
    if (this.#closed) return;
    this.#sink.domain(domainInfo(this.id, domain));
    this.#changes.emit('changed');
  }

  #publish(): void {
    if (this.#closed || !(#link in this)) return;
    const { dom0 } = this.#domains;
    if (dom0) this.#sink.domain(dom0Info(this.id, dom0, this.#facts?.startedAt ?? null));
    this.#sink.host(this.info());
  }
}
