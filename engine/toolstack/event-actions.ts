import type { DomainExit } from './domain-exit.ts';
import type { EventAction, GuestConfig } from './guest-config.ts';

/** The option that decides, for each way a guest ends by itself (behaviour §1). */
const optionOf = {
  poweroff: 'onPoweroff',
  reboot: 'onReboot',
  crash: 'onCrash',
  watchdog: 'onWatchdog',
  'soft-reset': 'onSoftReset',
} as const;

/** What is done with the dead domain and whether a new one follows. */
export interface ExitPlan {
  /** As configured. */
  readonly action: EventAction;
  readonly code: number;
  /** `destroy`: gone. `preserve`: stays as it is. `rename`: stays under another name. `reset`: goes on. */
  readonly dead: 'destroy' | 'preserve' | 'rename' | 'reset';
  readonly restart: boolean;
  /** Its memory is written to /var/lib/xen/dump first. */
  readonly dump: boolean;
  /** Sentences for the log where this host does something else than the action says. */
  readonly notes: readonly string[];
}

const plans: Record<EventAction, Omit<ExitPlan, 'action' | 'code'>> = {
  destroy: { dead: 'destroy', restart: false, dump: false, notes: [] },
  restart: { dead: 'destroy', restart: true, dump: false, notes: [] },
  'rename-restart': { dead: 'rename', restart: true, dump: false, notes: [] },
  preserve: { dead: 'preserve', restart: false, dump: false, notes: [] },
  'coredump-destroy': { dead: 'destroy', restart: false, dump: true, notes: [] },
  'coredump-restart': { dead: 'destroy', restart: true, dump: true, notes: [] },
  'soft-reset': { dead: 'reset', restart: true, dump: false, notes: [] },
};

const machineGone =
  'Its machine has stopped: the soft reset is done as a restart, and the guest gets a new domid.';

/** What follows from a guest ending by itself. `resettable`: its machine could go on. */
export function planExit({ reason, code }: DomainExit, config: GuestConfig, resettable: boolean): ExitPlan {
  const action = reason === 'destroyed' ? 'destroy' : config[optionOf[reason]];
  const plan = { action, code, ...plans[action] };
  return plan.dead === 'reset' && !resettable ? { ...plan, dead: 'destroy', notes: [machineGone] } : plan;
}

/** A guest that ends again within this time of its start is in a loop. */
export const quickExitMs = 10_000;
/** Automatic restarts in a row after quick ends; the next one is not done. */
export const maxQuickRestarts = 3;

/**
 * Bounds restart loops: a guest that keeps ending within 10 s of its start is restarted three times, then left as it is.
 * A run of 10 s, or a person's command, ends the count.
 */
export class RestartGuard {
  #quick = 0;

  /** Whether a restart after a run of `ranMs` may be done. Counts it when so. */
  allow(ranMs: number): boolean {
    if (ranMs >= quickExitMs) this.#quick = 0;
    else this.#quick += 1;
    return this.#quick <= maxQuickRestarts;
  }

  reset(): void {
    this.#quick = 0;
  }
}

/** The name of the dead domain of a rename-restart: `web-20260131T0905Z` (behaviour §1). */
export function deadName(name: string, wallMs: number): string {
  const stamp = new Date(wallMs).toISOString().replace(/[-:]/g, '').slice(0, 13);
  return `${name}-${stamp}Z`;
}
