import { posix } from 'node:path';
import { DomusError } from '../../api/index.ts';
import type { DomainExit } from '../../toolstack/domain-exit.ts';
import {
  deadName,
  type ExitPlan,
  maxQuickRestarts,
  planExit,
  quickExitMs,
} from '../../toolstack/event-actions.ts';
import { shutdownCodes } from '../../hypervisor/index.ts';
import { restartConfig } from '../../toolstack/restart-config.ts';
import { writeCore } from '../../toolstack/core-dump.ts';
import type { LiveDomain } from '../../toolstack/live-domain.ts';
import type { GuestConfig } from '../../toolstack/guest-config.ts';
import type { RestoredState } from '../../toolstack/save/restored-state.ts';
import type { HostContext } from './context.ts';
import { fileNamePart } from './domain-registry.ts';
import type { DomainLogs } from './domain-logs.ts';
import type { ManagedDomain } from './managed-domain.ts';

/** What of an operation the building of a domain needs; restarts by themselves have nobody to tell. */
export interface BootSteps {
  progress(stage: string, fraction?: number): void;
  log(line: string): void;
}

export interface BootOptions {
  readonly paused: boolean;
  readonly signal: AbortSignal;
  readonly steps: BootSteps;
  /** The guest was saved: it goes on instead of being booted. */
  readonly restore?: RestoredState;
  /** Nobody sees or hears it until it is moved to its place. Default false. */
  readonly detached?: boolean;
}

/** The steps between off and live that dealing with an end is made of (see Lifecycle). */
export interface Runs {
  readonly logs: DomainLogs;
  boot(domain: ManagedDomain, config: GuestConfig, options: BootOptions): Promise<void>;
  tearDown(domain: ManagedDomain): Promise<void>;
  putAside(domain: ManagedDomain, name: string): Promise<void>;
  noteLive(): Promise<void>;
  publish(domain: ManagedDomain): void;
}

/** What a domain's monitor does when the guest has ended by itself (behaviour §1). */
export class ExitHandler {
  readonly #host: HostContext;
  readonly #runs: Runs;
  #closing = false;

  constructor(host: HostContext, runs: Runs) {
    this.#host = host;
    this.#runs = runs;
  }

  /** From now on ends are left alone: the host is going down. */
  close(): void {
    this.#closing = true;
  }

  /**
   * Deals with the end of a run nobody was waiting for. An operation in progress comes first: it may deal with the end
   * itself (shutdown), or end the run for good (destroy).
   */
  async whenIdle(domain: ManagedDomain, live: LiveDomain, exit: DomainExit): Promise<void> {
    for (;;) {
      await domain.exclusive.idle();
      if (this.#closing || domain.live !== live || domain.settled === live) return;
      try {
        await this.#settleAlone(domain, live, exit);
      } catch (error) {
        if (error instanceof DomusError && error.code === 'ERROR_LOCK_FAIL') continue;
        if (!(error instanceof DomusError && error.code === 'ERROR_ABORTED')) this.#report(domain, error);
      }
      return;
    }
  }

  /** ERROR_LOCK_FAIL when another operation was quicker. Leaving a domain as it is needs nobody else to stay away. */
  async #settleAlone(domain: ManagedDomain, live: LiveDomain, exit: DomainExit): Promise<void> {
    const plan = this.plan(domain, live, exit);
    const settle = (signal: AbortSignal): Promise<void> =>
      this.settle(domain, live, exit, { signal, steps: noSteps });
    if (plan.dead === 'preserve') await settle(new AbortController().signal);
    else await domain.exclusive.run(plan.restart ? 'rebooting' : 'destroying', null, settle);
  }

  /** What will be done: the configured action, or leaving it alone when it is in a restart loop. */
  plan(domain: ManagedDomain, live: LiveDomain, exit: DomainExit): ExitPlan {
    const asReboot = exit.reason === 'poweroff' && domain.rebootWanted;
    const counted = asReboot ? { ...exit, reason: 'reboot' as const, code: shutdownCodes.reboot } : exit;
    return planExit(counted, live.config, live.resettable);
  }

  /** Deals with the end of the run, within the domain's exclusive section. Resolves when it is off, preserved or restarted. */
  async settle(
    domain: ManagedDomain,
    live: LiveDomain,
    exit: DomainExit,
    options: { signal: AbortSignal; steps: BootSteps },
  ): Promise<void> {
    const plan = this.plan(domain, live, exit);
    const wanted = domain.rebootWanted;
    domain.settled = live;
    domain.rebootWanted = false;
    this.#note(domain, live, exit, plan);
    if (plan.dump) await this.#dump(domain, live);
    if (plan.restart && !wanted && !domain.guard.allow(live.ranMs)) {
      await this.#stopLoop(domain, live);
      return;
    }
    if (plan.dead === 'reset') return this.#softReset(domain, live);
    if (plan.dead === 'preserve') return this.#preserve(domain, live);
    if (plan.dead === 'rename')
      await this.#runs.putAside(domain, deadName(domain.name, this.#host.toolstack.clock.wallMs()));
    else await this.#runs.tearDown(domain);
    this.#runs.logs.write(domain, plan.restart ? 'Done. Rebooting now' : 'Done. Exiting now');
    if (plan.restart) await this.#restart(domain, live, options);
    this.#host.domains.dropIfGone(domain);
  }

  async #preserve(domain: ManagedDomain, live: LiveDomain): Promise<void> {
    this.#runs.logs.write(
      domain,
      `Domain ${live.domid} is left as it is: its memory stays reserved until it is destroyed.`,
    );
    await this.#runs.noteLive();
    this.#runs.publish(domain);
  }

  /** As xl, which leaves a domain that cannot be reset as it is. */
  async #softReset(domain: ManagedDomain, live: LiveDomain): Promise<void> {
    try {
      await live.softReset();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#runs.logs.write(domain, `soft reset failed: ${why}`);
      await this.#preserve(domain, live);
      return;
    }
    domain.settled = null;
    this.#runs.logs.write(domain, `Domain ${live.domid} has been reset: it goes on with its memory.`);
    await this.#runs.noteLive();
    this.#runs.publish(domain);
  }

  async #restart(
    domain: ManagedDomain,
    dead: LiveDomain,
    options: { signal: AbortSignal; steps: BootSteps },
  ): Promise<void> {
    await this.#host.toolstack.clock.sleep(this.#host.timing.restartMs, options.signal);
    const { definition, fileAtStart } = domain;
    const config =
      definition && !definition.problem
        ? restartConfig(definition.config, { file: fileAtStart ?? dead.origin, present: dead.config })
        : dead.config;
    await this.#runs.boot(domain, config, { paused: false, ...options });
  }

  /** A dump that fails does not keep the rest of the action from being done (behaviour §1). */
  async #dump(domain: ManagedDomain, live: LiveDomain): Promise<void> {
    const path = posix.join('/var/lib/xen/dump', fileNamePart(domain.name));
    try {
      const bytes = await writeCore(live.machine, this.#host.stateDir.real(path));
      this.#runs.logs.write(domain, `Core dump of domain ${live.domid}: ${path}, ${bytes} bytes`);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#runs.logs.write(domain, `core dump failed: ${why}`);
    }
  }

  async #stopLoop(domain: ManagedDomain, live: LiveDomain): Promise<void> {
    await live.freeze();
    const sentence = `${domain.name} ended ${maxQuickRestarts + 1} times within ${quickExitMs / 1000} s of its start; it is not restarted again.`;
    this.#runs.logs.write(domain, sentence);
    this.#host.warnings.add(sentence);
    await this.#runs.noteLive();
    this.#runs.publish(domain);
  }

  /** Writes down how the run ended, in the words of xl's monitor. */
  #note(domain: ManagedDomain, live: LiveDomain, exit: DomainExit, plan: ExitPlan): void {
    const at = this.#host.toolstack.clock.wallMs();
    domain.lastExit = { at, reason: exit.reason, detail: exit.detail.slice(0, 500) };
    const write = (line: string): void => this.#runs.logs.write(domain, line);
    write(`Domain ${live.domid} has shut down, reason code ${plan.code} 0x${plan.code.toString(16)}`);
    write(exit.detail);
    if (exit.reason === 'destroyed') write(`Unknown shutdown reason code ${plan.code}. Destroying domain.`);
    write(`Action for shutdown reason code ${plan.code} is ${plan.action}`);
    plan.notes.forEach(write);
    if (plan.dead === 'destroy') write(`Domain ${live.domid} needs to be cleaned up: destroying the domain`);
    this.#host.log(
      exit.reason === 'crash' || exit.reason === 'watchdog' ? 'warn' : 'info',
      `${domain.name} (domid ${live.domid}): ${exit.reason}: ${exit.detail}`,
    );
  }

  #report(domain: ManagedDomain, error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    const sentence = `${domain.name} could not be restarted: ${message}`;
    this.#runs.logs.write(domain, sentence);
    this.#host.log('error', sentence);
    this.#host.warnings.add(sentence);
    this.#runs.publish(domain);
    this.#host.domains.dropIfGone(domain);
  }
}

const noSteps: BootSteps = { progress: () => {}, log: () => {} };
