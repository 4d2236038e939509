import { DomusError } from '../../api/index.ts';
import { abortReason } from '../../lib/abort.ts';
import type { Clock } from '../../lib/clock.ts';
import type { DomainExit } from '../../toolstack/domain-exit.ts';
import type { LiveDomain } from '../../toolstack/live-domain.ts';
import type { Operation } from '../host.ts';
import type { HostContext } from './context.ts';
import type { Lifecycle } from './lifecycle.ts';
import type { ManagedDomain } from './managed-domain.ts';

/** The commands on one domain, as `Host` documents them. */
export class Commands {
  readonly #host: HostContext;
  readonly #lifecycle: Lifecycle;

  constructor(host: HostContext, lifecycle: Lifecycle) {
    this.#host = host;
    this.#lifecycle = lifecycle;
  }

  async start(id: string, options: { paused: boolean }, op: Operation): Promise<void> {
    const domain = this.#host.domains.get(id);
    await domain.exclusive.run('starting', op.signal, async (signal) => {
      if (domain.live) throw notOff(domain);
      domain.guard.reset();
      const config = this.#lifecycle.startConfig(domain);
      await this.#lifecycle.boot(domain, config, { ...options, signal, steps: op });
    });
  }

  async pause(id: string, op: Operation): Promise<void> {
    const domain = this.#host.domains.get(id);
    await domain.exclusive.run('pausing', op.signal, async () => {
      await running(domain, 'be paused').pause();
    });
  }

  async unpause(id: string, op: Operation): Promise<void> {
    const domain = this.#host.domains.get(id);
    await domain.exclusive.run('unpausing', op.signal, async () => {
      const live = alive(domain, 'be unpaused');
      if (!live.paused) throw new DomusError('ERROR_INVAL', `${domain.name} is not paused.`);
      await live.unpause();
    });
  }

  async shutdown(id: string, op: Operation): Promise<void> {
    const domain = this.#host.domains.get(id);
    await domain.exclusive.run('shutting-down', op.signal, async (signal) => {
      const live = running(domain, 'be shut down');
      const exit = await this.#pressAndWait(domain, live, op, signal);
      if (exit.reason !== 'poweroff') op.log(`The guest did not power off: ${exit.detail}`);
      await this.#lifecycle.exits.settle(domain, live, exit, { signal, steps: op });
    });
  }

  /** The machine has no reboot button that a guest understands: it is powered off, and its end counts as a reboot. */
  async reboot(id: string, op: Operation): Promise<void> {
    const domain = this.#host.domains.get(id);
    await domain.exclusive.run('rebooting', op.signal, async (signal) => {
      const live = running(domain, 'be rebooted');
      op.log('The guest is asked to end; then it is created anew (with a new domid).');
      domain.guard.reset();
      domain.rebootWanted = true;
      try {
        const exit = await this.#pressAndWait(domain, live, op, signal);
        if (live.config.onReboot === 'destroy' || live.config.onReboot === 'preserve') {
          op.log(`Its configuration says on_reboot=${live.config.onReboot}: it is not started again.`);
        }
        await this.#lifecycle.exits.settle(domain, live, exit, { signal, steps: op });
      } finally {
        domain.rebootWanted = false;
      }
    });
  }

  async destroy(id: string, op: Operation): Promise<void> {
    const domain = this.#host.domains.get(id);
    if (domain.exclusive.name === 'destroying') {
      await domain.exclusive.idle();
      if (!domain.live) return;
    }
    if (!domain.live && !domain.exclusive.name)
      throw new DomusError('ERROR_INVAL', `${domain.name} is off already.`);
    await domain.exclusive.take('destroying', null, async () => {
      op.progress('Forcing off');
      await this.#forceOff(domain);
    });
    this.#host.domains.dropIfGone(domain);
  }

  async #forceOff(domain: ManagedDomain): Promise<void> {
    const { live } = domain;
    if (!live) return;
    if (!live.exit) {
      const at = this.#host.toolstack.clock.wallMs();
      domain.lastExit = { at, reason: 'destroyed', detail: 'The domain was forced off.' };
      this.#lifecycle.logs.write(domain, `Domain ${live.domid} has been destroyed.`);
    }
    await this.#lifecycle.tearDown(domain);
  }

  /** The guest's agent is asked where there is one; the power button is for others, and for agents that do not answer. */
  async #ask(domain: ManagedDomain, live: LiveDomain, op: Operation): Promise<void> {
    if (!live.exit && live.askAgent(domain.rebootWanted ? 'reboot' : 'poweroff')) {
      op.progress('Asking the guest (control/shutdown)');
      return;
    }
    op.progress('Pressing the power button');
    await pressUnlessEnded(live);
  }

  async #pressAndWait(
    domain: ManagedDomain,
    live: LiveDomain,
    op: Operation,
    signal: AbortSignal,
  ): Promise<DomainExit> {
    const { shutdownMs, pressAgainMs } = this.#host.timing;
    for (let waitedMs = 0; waitedMs < shutdownMs; waitedMs += pressAgainMs) {
      const forMs = Math.min(pressAgainMs, shutdownMs - waitedMs);
      const ended = waitForExit(live, this.#host.toolstack.clock, forMs, signal);
      ended.catch(() => {});
      await this.#ask(domain, live, op);
      op.progress('Waiting for the guest to power off');
      const exit = await ended;
      if (exit) return exit;
    }
    throw new DomusError(
      'ERROR_GUEST_TIMEDOUT',
      `${domain.name} did not power off within ${shutdownMs / 1000} s of the power button; it is still running. Its system may not listen to the button, or it hangs.`,
      { fix: 'Shut it down from inside, wait and try again, or use Force off.' },
    );
  }
}

/** A guest that ends by itself at this very moment needs no button. */
async function pressUnlessEnded(live: LiveDomain): Promise<void> {
  try {
    if (!live.exit) await live.powerButton();
  } catch (error) {
    if (!live.exit) throw error;
  }
}

/** How the run ended; null when it has not within `withinMs`. Rejects with the signal's reason. */
function waitForExit(
  live: LiveDomain,
  clock: Clock,
  withinMs: number,
  signal: AbortSignal,
): Promise<DomainExit | null> {
  return new Promise((resolve, reject) => {
    const end = (finish: () => void): void => {
      off();
      cancel();
      signal.removeEventListener('abort', onAbort);
      finish();
    };
    const onAbort = (): void => end(() => reject(abortReason(signal)));
    const cancel = clock.after(withinMs, () => end(() => resolve(null)));
    let off = (): void => {};
    off = live.onExit((exit) => end(() => resolve(exit)));
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}

function notOff(domain: ManagedDomain): DomusError {
  const dead = domain.live?.exit;
  if (dead) {
    return new DomusError(
      'ERROR_INVAL',
      `${domain.name} has ended but still holds its memory and its domid.`,
      {
        fix: 'Force it off first.',
      },
    );
  }
  return new DomusError('ERROR_INVAL', `${domain.name} is running already.`);
}

/** The domain's run if the guest has not ended. */
function alive(domain: ManagedDomain, what: string): LiveDomain {
  const { live } = domain;
  if (!live)
    throw new DomusError('ERROR_INVAL', `${domain.name} is off: it cannot ${what}.`, {
      fix: 'Start it first.',
    });
  if (live.exit) {
    throw new DomusError(
      'ERROR_INVAL',
      `${domain.name} has ended (${live.exit.reason}): it cannot ${what}.`,
      {
        fix: 'Force it off, then start it.',
      },
    );
  }
  return live;
}

/** The domain's run if its vCPUs may run. */
function running(domain: ManagedDomain, what: string): LiveDomain {
  const live = alive(domain, what);
  if (live.paused) {
    throw new DomusError('ERROR_INVAL', `${domain.name} is paused: it cannot ${what}.`, {
      fix: 'Unpause it first.',
    });
  }
  return live;
}
