import { DomusError } from '../../api/index.ts';
import { abortReason } from '../../lib/abort.ts';
import type { Clock } from '../../lib/clock.ts';
import { Emitter } from '../../lib/emitter.ts';
import type { XenFacts } from './link/probe.ts';
import type { Definitions } from './model/definitions.ts';
import type { XenDomain } from './model/domain.ts';
import type { XenDomains } from './model/domains.ts';
import type { TopRow } from './parse/xentop.ts';
import type { Warnings } from '../warnings.ts';
import type { Refresher } from './watch/refresher.ts';
import type { Xl } from './xl.ts';

export interface XenTiming {
  /** How long a guest has to shut down. */
  readonly shutdownMs: number;
  /** How long the host has to show what was done. */
  readonly settleMs: number;
}

export const defaultTiming: XenTiming = { shutdownMs: 60_000, settleMs: 15_000 };

/** What the parts of a real host share. */
export interface XenContext {
  readonly id: string;
  readonly clock: Clock;
  readonly timing: XenTiming;
  readonly xl: Xl;
  readonly domains: XenDomains;
  readonly definitions: Definitions;
  readonly refresher: Refresher;
  readonly warnings: Warnings;
  /** Something about some domain has changed. */
  readonly changes: Emitter<{ changed: void }>;
  /** As found when it was connected last; null before the first time. */
  facts(): XenFacts | null;
  freeMemoryKiB(): number;
  /** xentop's newest rows by name; empty when there are none. */
  figures(): ReadonlyMap<string, TopRow>;
  /** What nobody knows how it ended, because the connection went: looked at when it is there again. */
  uncertain(name: string, what: string): void;
}

/** Resolves with true as soon as something is so, with false after `withinMs`. Rejects with the signal's reason. */
export function waitUntil(
  host: Pick<XenContext, 'changes' | 'clock'>,
  condition: () => boolean,
  withinMs: number,
  signal?: AbortSignal,
): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const end = (settle: () => void): void => {
      off();
      cancel();
      signal?.removeEventListener('abort', onAbort);
      settle();
    };
    const look = (): void => {
      if (condition()) end(() => resolve(true));
    };
    const onAbort = (): void => end(() => reject(abortReason(signal)));
    const cancel = host.clock.after(withinMs, () => end(() => resolve(condition())));
    const off = host.changes.on('changed', look);
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted) onAbort();
    else look();
  });
}

/** ERROR_INVAL when it is off. */
export function liveOf(domain: XenDomain, what: string): NonNullable<XenDomain['live']> {
  if (domain.live) return domain.live;
  throw new DomusError('ERROR_INVAL', `${domain.name} is off: it cannot ${what}.`, {
    fix: 'Start it first.',
  });
}
