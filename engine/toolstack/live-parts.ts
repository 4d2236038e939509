import type { Machine, MachineSpec } from '../guest/machine.ts';
import type { DomainRecord, DomainTable, MemoryLedger, Scheduler } from '../hypervisor/index.ts';
import type { Clock } from '../lib/clock.ts';
import type { AsyncDisposableStack } from '../lib/disposable.ts';
import type { XenStore } from '../xenstore/index.ts';
import type { ChannelEnds } from './channels/index.ts';
import type { DiskImages } from './disk-images.ts';
import type { StoreLine } from './store-line.ts';
import type { StoredDomain } from './store-tree.ts';
import type { Vifs } from './vifs.ts';

/** What a live domain is made of; `resources` gives back everything it holds, newest first. */
export interface LiveParts {
  readonly record: DomainRecord;
  /** What the store was told of it. */
  readonly stored: StoredDomain;
  readonly machine: Machine;
  readonly images: DiskImages;
  readonly vifs: Vifs;
  readonly ends: ChannelEnds;
  /** What the machine was made as. */
  readonly spec: MachineSpec;
  readonly line: StoreLine;
  readonly resources: AsyncDisposableStack;
  readonly toolstack: {
    readonly table: DomainTable;
    readonly ledger: MemoryLedger;
    readonly scheduler: Scheduler;
    readonly store: XenStore;
    readonly clock: Clock;
  };
}
