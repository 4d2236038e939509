export * from './channel.ts';
export * from './contract.ts';
export * from './domain.ts';
export * from './error.ts';
export * from './host.ts';
export * from './names.ts';
export * from './state.ts';
export * from './task.ts';
