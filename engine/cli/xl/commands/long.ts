import type { DomainRow } from '../../../api/dom0.ts';
import { type Json, printDomainJson } from '../../../xlcfg/index.ts';
import { EngineFailure } from '../../engine-client.ts';
import { clientOf, type Xl } from '../context.ts';

export type JsonObject = { readonly [key: string]: Json };

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A live domain with its configuration in libxl's JSON. */
export interface RunningConfig {
  readonly row: DomainRow;
  readonly config: JsonObject;
}

/** The configuration inside what the engine says: alone, with its domid, or as a list of one. */
function unwrap(value: Json): JsonObject | null {
  const [first] = Array.isArray(value) ? (value as readonly Json[]) : [value];
  if (!isObject(first)) return null;
  return isObject(first['config']) ? first['config'] : first;
}

/** Null when the domain has no configuration that can be read. */
export async function runningConfig(xl: Xl, row: DomainRow): Promise<RunningConfig | null> {
  const client = await clientOf(xl);
  try {
    const { json } = await client.config.long({ host: xl.host, domain: row.id });
    const config = unwrap(JSON.parse(json) as Json);
    return config && { row, config };
  } catch (error) {
    if (error instanceof EngineFailure && error.code !== 'ENGINE_LOST') return null;
    throw error;
  }
}

/** What `xl list -l` prints; like the real one with an empty line at the end. */
export function longJson(domains: readonly RunningConfig[]): string {
  const list = domains.map(({ row, config }) => ({ domid: row.domid, config }));
  return `${printDomainJson(list)}\n`;
}
