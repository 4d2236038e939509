import { DomusError } from '../../../api/index.ts';
import { ledgerTargetKiB, storedTargetKiB } from '../../../toolstack/store-tree.ts';
import { domainPath } from '../../../xenstore/index.ts';
import type { Operation } from '../../host.ts';
import type { HostContext } from '../context.ts';
import { liveTarget, must, type Target } from './target.ts';

/**
 * `xl mem-set`: the domain is asked to have that much; its balloon takes its time. ERROR_INVAL above the static maximum
 * or, for Domain-0, below 128 MiB. A target for which there is no memory is accepted and not reached until there is.
 */
export async function setMemory(
  host: HostContext,
  id: string,
  memoryKiB: number,
  op: Operation,
): Promise<void> {
  const target = liveTarget(host, id);
  const { store } = host.toolstack;
  const config = target.live?.config;
  setTarget(host, target, memoryKiB);
  const storedKiB = config ? storedTargetKiB(config, memoryKiB) : memoryKiB;
  store.write(`${domainPath(target.domid)}/memory/target`, String(storedKiB));
  await follow(host, target, op);
}

/** A target that was written into the store by hand: as mem-set, with nobody to answer to. */
export async function followStoredTarget(host: HostContext, id: string, storedKiB: number): Promise<void> {
  const target = liveTarget(host, id);
  const config = target.live?.config;
  const wantedKiB = config ? ledgerTargetKiB(config, storedKiB) : storedKiB;
  if (host.toolstack.ledger.domain(target.domid)?.targetKiB === wantedKiB) return;
  setTarget(host, target, wantedKiB);
  await follow(host, target, null);
}

/** `xl mem-max`: how far it may be ballooned up. ERROR_INVAL below its present target. */
export function setMaxMemory(host: HostContext, id: string, memoryKiB: number, op: Operation): void {
  const { domid, name, live } = liveTarget(host, id);
  const { ledger, store } = host.toolstack;
  must(ledger.setStaticMax(domid, memoryKiB), { field: 'memoryKiB' });
  store.write(`${domainPath(domid)}/memory/static-max`, String(memoryKiB));
  const builtKiB = (live?.machine.memoryBytes ?? 0) / 1024;
  if (live && memoryKiB > builtKiB) {
    op.log(
      `${name} was started with room for ${Math.floor(builtKiB / 1024)} MiB: it can use more after its next start only.`,
    );
  }
  host.hostChanged();
}

function setTarget(host: HostContext, { domid }: Target, memoryKiB: number): void {
  must(host.toolstack.ledger.setTarget(domid, memoryKiB), { field: 'memoryKiB' });
}

async function follow(host: HostContext, target: Target, op: Operation | null): Promise<void> {
  const { domid, live } = target;
  if (!live) {
    host.toolstack.ledger.resize(domid, host.toolstack.ledger.domain(domid)?.targetKiB ?? 0);
  } else if (!live.memory.possible) {
    throw new DomusError('ERROR_NI', `The machine of ${target.name} cannot give memory back.`);
  } else {
    await live.memory.follow();
    const account = host.toolstack.ledger.domain(domid);
    if (op && account && account.targetKiB > account.currentKiB) {
      op.log(`Only ${Math.floor(account.currentKiB / 1024)} MiB can be given now; the rest follows.`);
    }
  }
  host.hostChanged();
}
