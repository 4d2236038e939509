import type { Clock } from '../../lib/clock.ts';
import { domainPath } from '../../xenstore/index.ts';
import type { LiveDomain } from '../live-domain.ts';

/** How long an agent may take to write its disks out. Xen waits 60 s; a guest without an agent is stopped at once. */
const agentMs = 5000;

/**
 * Stops the guest for a save. An agent that knows how is asked first and writes what it holds to its disks; one that does not
 * answer is not waited for longer than 5 s. False when it did not answer. Rejects with the signal's reason.
 */
export async function suspendGuest(live: LiveDomain, clock: Clock, signal: AbortSignal): Promise<boolean> {
  const asked = !live.paused && live.askAgent('suspend');
  const heard = !asked || (await answered(live, clock, signal));
  await live.suspend();
  return heard;
}

/** The agent empties the node that it has read; else the order is taken back. */
async function answered(live: LiveDomain, clock: Clock, signal: AbortSignal): Promise<boolean> {
  const order = `${domainPath(live.domid)}/control/shutdown`;
  const waiting = (): boolean => live.store.tryRead(order) === 'suspend';
  let look = (): void => {};
  const taken = new Promise<void>((resolve) => (look = () => waiting() || resolve()));
  const unwatch = live.store.watch(order, look);
  const late = new AbortController();
  try {
    await Promise.race([taken, clock.sleep(agentMs, AbortSignal.any([signal, late.signal]))]);
    signal.throwIfAborted();
    return !waiting();
  } finally {
    late.abort();
    unwatch();
    if (waiting()) live.store.write(order, '');
  }
}
