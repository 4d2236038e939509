import { randomUUID } from 'node:crypto';
import { DomusError } from '../../api/index.ts';
import { createDomain } from '../../toolstack/create.ts';
import type { DomainExit } from '../../toolstack/domain-exit.ts';
import type { GuestConfig } from '../../toolstack/guest-config.ts';
import type { LiveDomain } from '../../toolstack/live-domain.ts';
import { Attachment } from './attachment.ts';
import type { HostContext } from './context.ts';
import { DomainLogs } from './domain-logs.ts';
import { type BootOptions, ExitHandler, type Runs } from './exit-handler.ts';
import type { ManagedDomain } from './managed-domain.ts';

/**
 * Brings domains to life and back. Callers hold the domain's exclusive section; nothing here is left half:
 * after a failure the domain is off as before.
 */
export class Lifecycle implements Runs {
  readonly #host: HostContext;
  readonly logs: DomainLogs;
  readonly exits: ExitHandler;

  constructor(host: HostContext) {
    this.#host = host;
    this.logs = new DomainLogs(host.stateDir, (error) =>
      host.warnings.add(`A log could not be written: ${error.message}.`),
    );
    this.exits = new ExitHandler(host, this);
  }

  /** The definition to start from. ERROR_INVAL when its file is bad now, ERROR_NOTFOUND when there is none. */
  startConfig(domain: ManagedDomain): GuestConfig {
    const { definition } = domain;
    if (!definition)
      throw new DomusError('ERROR_NOTFOUND', `${domain.name} has no configuration file any more.`);
    if (definition.problem) {
      throw new DomusError('ERROR_INVAL', definition.problem, { fix: `Correct ${definition.path}.` });
    }
    return definition.config;
  }

  /** Off → live: running, or paused before its first instruction. */
  async boot(domain: ManagedDomain, config: GuestConfig, options: BootOptions): Promise<void> {
    const { steps, signal } = options;
    this.#checkNameFree(domain, config.name);
    const log = (line: string): void => {
      steps.log(line);
      this.logs.write(domain, line);
    };
    let run: Attachment | null = null;
    try {
      const live = await createDomain(this.#host.toolstack, config, domain.id, {
        signal,
        progress: (stage, fraction) => steps.progress(stage, fraction),
        log,
        onDomid: (domid) => this.#noteDomid(domid),
        connect: async (machine, domid) => {
          const host = {
            store: this.#host.toolstack.store,
            log: (line: string) => this.logs.write(domain, line),
          };
          const joined = new Attachment(host, machine, domid);
          run = joined;
          domain.joined = joined;
          if (!options.detached) await joined.attach(domain, config, { door: true });
          return () => joined.detach();
        },
        bootConsole: (domid) => domain.consoles.bootConsole(domid),
        pvConsole: (number) => run?.pvConsole(number) ?? domain.consoles.channel(number),
        restore: options.restore,
      });
      await this.#adopt(domain, live);
      log(`Waiting for domain ${domain.name} (domid ${live.domid}) to die [pid ${process.pid}]`);
      signal.throwIfAborted();
      if (!options.paused) {
        steps.progress('Starting', 0.9);
        await live.unpause();
      }
    } catch (error) {
      this.logs.write(
        domain,
        `The domain was not started: ${error instanceof Error ? error.message : String(error)}`,
      );
      await this.tearDown(domain);
      throw error;
    }
    this.publish(domain);
  }

  /** Live → off. Never rejects. */
  async tearDown(domain: ManagedDomain): Promise<void> {
    const { live } = domain;
    if (!live) return;
    const gone = live.destroy();
    this.publish(domain);
    await gone;
    this.#host.ring.log(`Domain ${live.domid} is gone`);
    domain.live = null;
    domain.sample = null;
    await this.noteLive();
    this.publish(domain);
    this.#host.hostChanged();
  }

  /** Puts the dead run of `domain` aside under another name, so that the domain can be started anew. */
  async putAside(domain: ManagedDomain, name: string): Promise<void> {
    const { live } = domain;
    if (!live) return;
    await live.freeze();
    const aside = this.#host.domains.adopt(randomUUID(), name);
    live.setUuid(aside.id);
    live.rename(name);
    aside.live = live;
    aside.settled = live;
    aside.lastExit = domain.lastExit;
    domain.live = null;
    domain.sample = null;
    this.publish(aside);
    this.publish(domain);
  }

  /**
   * The live run of `from` becomes that of `to`, which is off, under this name: consoles and screen go on there. `door`: VNC
   * viewers from outside, too. ERROR_DEVICE_EXISTS when another live domain has the name; nothing has changed then.
   */
  async move(from: ManagedDomain, to: ManagedDomain, name: string, options = { door: true }): Promise<void> {
    const { live, joined } = from;
    if (!live) return;
    this.#checkNameFree(to, name);
    from.unfollow();
    joined?.detach();
    live.setUuid(to.id);
    live.rename(name);
    Object.assign(to, { live, joined, fileAtStart: from.fileAtStart ?? to.definition?.config ?? null });
    Object.assign(from, { live: null, joined: null, sample: null });
    to.newRun();
    this.#follow(to, live);
    this.publish(from);
    this.publish(to);
    await joined?.attach(to, live.config, options);
    await this.noteLive();
    this.publish(to);
  }

  publish(domain: ManagedDomain): void {
    this.#host.domains.changed(domain);
  }

  /** Writes down what is alive, so that a killed engine's successor knows what was lost. */
  async noteLive(): Promise<void> {
    const live = this.#host.domains.live.flatMap(({ id, name, live: run }) =>
      run && run.exit === null ? [{ uuid: id, name, domid: run.domid }] : [],
    );
    await this.#host.settings.update({ live }).catch((error: Error) => {
      this.#host.warnings.add(`The list of running domains could not be written: ${error.message}.`);
    });
  }

  /** Domids only grow; one that was asked for may be an old one. */
  async #noteDomid(domid: number): Promise<void> {
    if (domid > this.#host.settings.value.lastDomid) await this.#host.settings.update({ lastDomid: domid });
  }

  async #adopt(domain: ManagedDomain, live: LiveDomain): Promise<void> {
    domain.live = live;
    domain.fileAtStart = domain.definition?.config ?? null;
    domain.newRun();
    const { domid, config } = live;
    this.#host.ring.log(
      `d${domid} ${config.type} "${config.name}": created with ${config.memoryKiB} kB, 1 vCPU`,
    );
    this.#follow(domain, live);
    this.publish(domain);
    this.#host.hostChanged();
    await this.noteLive();
  }

  #follow(domain: ManagedDomain, live: LiveDomain): void {
    const offs = [
      live.onExit((exit) => this.#onExit(domain, live, exit)),
      live.onDevices(() => this.publish(domain)),
    ];
    domain.unfollow = () => offs.forEach((off) => off());
  }

  #onExit(domain: ManagedDomain, live: LiveDomain, exit: DomainExit): void {
    const what = exit.reason === 'crash' ? 'crashed' : `shutdown (${exit.reason})`;
    this.#host.ring.log(`Domain ${live.domid} (vcpu#0) ${what}: ${exit.detail}`);
    if (domain.live !== live) return;
    this.publish(domain);
    void this.exits.whenIdle(domain, live, exit);
  }

  #checkNameFree(domain: ManagedDomain, name: string): void {
    const other = this.#host.domains.live.find((each) => each !== domain && each.name === name);
    if (!other) return;
    throw new DomusError('ERROR_DEVICE_EXISTS', `Domain with name "${name}" already exists.`, {
      field: 'name',
      fix: `Force off or rename the domain with domid ${other.live?.domid ?? '?'} first.`,
    });
  }
}
