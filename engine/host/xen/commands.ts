import { DomusError } from '../../api/index.ts';
import type { Operation } from '../host.ts';
import { liveOf, waitUntil, type XenContext } from './host-context.ts';
import { isLost, make } from './making.ts';
import type { Live, XenDomain } from './model/domain.ts';
import { slowMs } from './xl.ts';

/** The commands on one domain of a real host, as `Host` documents them. */
export class XenCommands {
  readonly #host: XenContext;

  constructor(host: XenContext) {
    this.#host = host;
  }

  async start(id: string, options: { paused: boolean }, op: Operation): Promise<void> {
    const domain = this.#host.domains.get(id);
    await domain.exclusive.run('starting', op.signal, async (signal) => {
      if (domain.live) throw notOff(domain);
      const path = domain.definition?.path;
      if (path === undefined)
        throw new DomusError('ERROR_NOTFOUND', `${domain.name} has no configuration file.`);
      await this.create(domain, ['xl', 'create', ...(options.paused ? ['-p'] : []), path], op, signal);
    });
  }

  /**
   * Runs an `xl create` for a domain and waits until the domain is there. A half-made one is destroyed. xl itself is never cut
   * off in the middle: a cancelled creation is finished and then undone.
   */
  async create(
    domain: XenDomain,
    argv: readonly string[],
    op: Operation,
    signal: AbortSignal,
  ): Promise<void> {
    signal.throwIfAborted();
    op.progress('xl create');
    const problem = await make(this.#host, domain.name, argv, op);
    if (problem) await this.#undo(domain, op, this.#explain(domain, problem));
    if (signal.aborted) await this.#undo(domain, op, signal.reason);
    if (!domain.live) {
      throw new DomusError('ERROR_FAIL', `${domain.name} was created and has ended at once.`, {
        fix: 'Its console and the log /var/log/xen on the host say why.',
      });
    }
  }

  async pause(id: string, op: Operation): Promise<void> {
    const domain = this.#host.domains.get(id);
    await domain.exclusive.run('pausing', op.signal, async () => {
      const live = running(domain, 'be paused');
      await this.#act(domain, 'paused', ['xl', 'pause', String(live.domid)]);
      await this.#settle(domain, `${domain.name} to be paused`, () => domain.live?.row.letters[2] === 'p');
    });
  }

  async unpause(id: string, op: Operation): Promise<void> {
    const domain = this.#host.domains.get(id);
    await domain.exclusive.run('unpausing', op.signal, async () => {
      const live = alive(domain, 'be unpaused');
      if (live.row.letters[2] !== 'p') throw new DomusError('ERROR_INVAL', `${domain.name} is not paused.`);
      await this.#act(domain, 'unpaused', ['xl', 'unpause', String(live.domid)]);
      await this.#settle(domain, `${domain.name} to run`, () => domain.live?.row.letters[2] !== 'p');
    });
  }

  async shutdown(id: string, op: Operation): Promise<void> {
    const domain = this.#host.domains.get(id);
    await domain.exclusive.run('shutting-down', op.signal, async (signal) => {
      const live = running(domain, 'be shut down');
      await this.#ask(domain, live, 'shutdown', op);
      await this.#whileExpected(domain, 'poweroff', () =>
        this.#untilEnded(domain, live, live.config?.onPoweroff ?? 'destroy', signal),
      );
    });
  }

  async reboot(id: string, op: Operation): Promise<void> {
    const domain = this.#host.domains.get(id);
    await domain.exclusive.run('rebooting', op.signal, async (signal) => {
      const live = running(domain, 'be rebooted');
      await this.#ask(domain, live, 'reboot', op);
      await this.#whileExpected(domain, 'reboot', async () => {
        const { onReboot } = live.config ?? { onReboot: 'restart' };
        await this.#untilEnded(domain, live, onReboot, signal);
        if (!onReboot.includes('restart')) {
          op.log(`Its configuration says on_reboot=${onReboot}: it is not started again.`);
          return;
        }
        op.progress('Starting again');
        await this.#settle(
          domain,
          `${domain.name} to start again`,
          () => domain.live !== null && domain.live.row.letters[2] !== 'p',
          signal,
          60_000,
        );
      });
    });
  }

  async destroy(id: string, op: Operation): Promise<void> {
    const domain = this.#host.domains.get(id);
    if (domain.exclusive.name === 'destroying') {
      await domain.exclusive.idle();
      if (!domain.live) return;
    }
    if (!domain.live && !domain.exclusive.name) {
      throw new DomusError('ERROR_INVAL', `${domain.name} is off already.`);
    }
    await domain.exclusive.take('destroying', null, async () => {
      op.progress('Forcing off');
      const { live } = domain;
      if (live) await this.forceOff(domain, live);
    });
    this.#host.domains.settle(domain);
  }

  /** Within the domain's exclusive section. */
  async forceOff(domain: XenDomain, live: Live): Promise<void> {
    await this.#whileExpected(domain, 'destroyed', async () => {
      await this.#act(domain, 'forced off', ['xl', 'destroy', String(live.domid)], 'may be gone');
      await this.#settle(domain, `${domain.name} to be gone`, () => domain.live?.domid !== live.domid);
    });
  }

  /** Asks the guest; one without Xen's drivers by the power or reset button of its emulated computer. */
  async #ask(domain: XenDomain, live: Live, what: 'shutdown' | 'reboot', op: Operation): Promise<void> {
    op.progress(`Asking the guest (xl ${what})`);
    const asked = what === 'shutdown' ? 'asked to shut down' : 'asked to reboot';
    const domid = String(live.domid);
    try {
      await this.#act(domain, asked, ['xl', what, domid]);
    } catch (error) {
      if (!(error instanceof DomusError && error.code === 'ERROR_NOPARAVIRT')) throw error;
      op.log('The guest has no Xen drivers: its power button is pressed instead.');
      await this.#act(domain, asked, ['xl', what, '-F', domid]);
    }
    op.progress(
      what === 'shutdown' ? 'Waiting for the guest to power off' : 'Waiting for the guest to reboot',
    );
  }

  /** `action`: what its configuration says is done with it then. */
  async #untilEnded(domain: XenDomain, live: Live, action: string, signal: AbortSignal): Promise<void> {
    const { shutdownMs } = this.#host.timing;
    const stays = action === 'preserve';
    const over = (): boolean =>
      domain.live?.domid !== live.domid || (stays && domain.live.row.shutdownCode !== null);
    if (await waitUntil(this.#host, over, shutdownMs, signal)) return;
    throw new DomusError(
      'ERROR_GUEST_TIMEDOUT',
      `${domain.name} did not end within ${shutdownMs / 1000} s of being asked; it is still running. Its system may not listen, or it hangs.`,
      { fix: 'Shut it down from inside, wait and try again, or use Force off.' },
    );
  }

  async #whileExpected(
    domain: XenDomain,
    how: NonNullable<XenDomain['expected']>,
    work: () => Promise<void>,
  ): Promise<void> {
    domain.expected = how;
    try {
      await work();
    } finally {
      domain.expected = null;
    }
  }

  /** Runs a command and reads the host again, so that its effect shows. */
  async #act(domain: XenDomain, what: string, argv: readonly string[], gone?: 'may be gone'): Promise<void> {
    await this.#uncertain(domain, what, async () => {
      try {
        await this.#host.xl.strict(argv, { timeoutMs: slowMs });
      } catch (error) {
        const isGone = error instanceof DomusError && error.code === 'ERROR_DOMAIN_NOTFOUND';
        // What went wrong first is what counts: the connection may be gone, too.
        await this.#host.refresher.now().catch(() => undefined);
        if (isGone && gone) return;
        throw error;
      }
    });
    await this.#host.refresher.now();
  }

  async #settle(
    domain: XenDomain,
    what: string,
    condition: () => boolean,
    signal?: AbortSignal,
    withinMs = this.#host.timing.settleMs,
  ): Promise<void> {
    if (await waitUntil(this.#host, condition, withinMs, signal)) return;
    throw new DomusError(
      'ERROR_TIMEDOUT',
      `xl has done it, but ${Math.round(withinMs / 1000)} s were not enough for ${what}.`,
      {
        fix: `Look at ${domain.name} on the host: xl list`,
      },
    );
  }

  /** When the connection goes meanwhile nobody knows how it ended: it is remembered, and told when the host is there again. */
  async #uncertain<T>(domain: XenDomain, what: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (isLost(error)) this.#host.uncertain(domain.name, what);
      throw error;
    }
  }

  /** What is left of a creation that failed or is not wanted any more goes again; then the reason is thrown. */
  async #undo(domain: XenDomain, op: Operation, reason: unknown): Promise<never> {
    const { live } = domain;
    if (live) {
      op.log(`Domain ${live.domid} was half made; it is destroyed.`);
      try {
        await this.forceOff(domain, live);
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        this.#host.warnings.add(`${domain.name} was half made and could not be destroyed: ${why}`);
      }
    }
    throw reason;
  }

  /** With figures, where there are some. */
  #explain(domain: XenDomain, error: DomusError): DomusError {
    const need = domain.definition?.config.memoryKiB;
    if (error.code !== 'ERROR_NOMEM' || need === undefined) return error;
    const mib = (kiB: number): string => String(Math.round(kiB / 102.4) / 10);
    const free = this.#host.freeMemoryKiB();
    return new DomusError(
      'ERROR_NOMEM',
      `${domain.name} needs ${mib(need)} MiB and some more for Xen itself; only ${mib(free)} MiB are free on the host.`,
      { field: 'memory', fix: error.fix ?? 'Give it less memory.', log: error.log ?? [] },
    );
  }
}

function notOff(domain: XenDomain): DomusError {
  if (domain.live && domain.live.row.shutdownCode !== null) {
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
function alive(domain: XenDomain, what: string): Live {
  const live = liveOf(domain, what);
  if (live.row.shutdownCode === null && !live.row.letters.endsWith('d')) return live;
  throw new DomusError('ERROR_INVAL', `${domain.name} has ended: it cannot ${what}.`, {
    fix: 'Force it off, then start it.',
  });
}

/** The domain's run if its vCPUs may run. */
function running(domain: XenDomain, what: string): Live {
  const live = alive(domain, what);
  if (live.row.letters[2] !== 'p') return live;
  throw new DomusError('ERROR_INVAL', `${domain.name} is paused: it cannot ${what}.`, {
    fix: 'Unpause it first.',
  });
}
