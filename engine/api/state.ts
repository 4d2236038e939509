import { z } from 'zod';
import { domainInfo } from './domain.ts';
import { hostInfo, hostSamples } from './host.ts';
import { labsInfo } from './lab.ts';
import { task } from './task.ts';

/**
 * The engine's state as clients see it: a flat set of objects, each with a key, replaced as a whole. A client takes a
 * snapshot, then asks for changes since the sequence number it has; the call waits until there is something new. Because
 * the answer is computed from the newest state (latest wins per object) a slow reader costs nothing and never sees a
 * queue; one that is too far behind, or that speaks to a restarted engine, is told to resync.
 */
export const stateObject = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('host'), key: z.string(), value: hostInfo }),
  z.object({ kind: z.literal('domain'), key: z.string(), value: domainInfo }),
  z.object({ kind: z.literal('task'), key: z.string(), value: task }),
  z.object({ kind: z.literal('samples'), key: z.string(), value: hostSamples }),
  /** One object, with the key `labs`; there is none in an engine without labs. */
  z.object({ kind: z.literal('lab'), key: z.string(), value: labsInfo }),
]);
export type StateObject = z.infer<typeof stateObject>;
export type StateKind = StateObject['kind'];

/** `epoch` changes whenever the engine starts; `seq` grows with every change. */
export const stateCursor = z.object({ epoch: z.string().max(64), seq: z.int().min(0) });
export type StateCursor = z.infer<typeof stateCursor>;

export const stateSnapshot = z.object({ cursor: stateCursor, objects: z.array(stateObject) });
export type StateSnapshot = z.infer<typeof stateSnapshot>;

export const stateChanges = z.discriminatedUnion('resync', [
  z.object({
    resync: z.literal(false),
    cursor: stateCursor,
    changed: z.array(stateObject),
    removed: z.array(
      z.object({ kind: z.enum(['host', 'domain', 'task', 'samples', 'lab']), key: z.string() }),
    ),
  }),
  z.object({ resync: z.literal(true) }),
]);
export type StateChanges = z.infer<typeof stateChanges>;

/** Keys of state objects: `HOST` for hosts and samples, `HOST/ID` for domains, the id for tasks. */
export const domainKey = (host: string, id: string): string => `${host}/${id}`;
