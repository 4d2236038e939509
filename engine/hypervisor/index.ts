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
