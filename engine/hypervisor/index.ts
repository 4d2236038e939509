/** The public face of the hypervisor: import from here. */
export * from './result.ts';
export * from './domid.ts';
export * from './domain-state.ts';
export type { DomainRecord, DomainSpec, VcpuRecord } from './domain-record.ts';
export type { DomainAction } from './domain-rules.ts';
export * from './domain-table.ts';
export * from './memory-need.ts';
export * from './memory.ts';
export * from './console-ring.ts';
export * from './topology.ts';
export * from './cpu-set.ts';
export * from './scheduler/params.ts';
export * from './scheduler/scheduler.ts';
export type { BrokenAffinity, Cpupools } from './scheduler/cpupools.ts';
export type { CpuPool, PoolSpec } from './scheduler/pool-table.ts';
export type { SchedSample } from './scheduler/demand.ts';
export type { Priority, VcpuActivity } from './scheduler/vcpu.ts';
export type * from './scheduler/snapshot.ts';
