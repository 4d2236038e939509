import { jsonObjects } from './json-objects.ts';

/** One domain of `xl list -l`. */
export interface LongDomain {
  readonly domid: number;
  readonly config: Readonly<Record<string, unknown>>;
}

const maxDomains = 4096;

/** `xl list -l`, however it is indented; one that cannot be read is left out. A warning of libxl in front of it does no harm. */
export async function parseListLong(text: string): Promise<LongDomain[]> {
  const domains: LongDomain[] = [];
  for await (const { domid, config } of jsonObjects(text)) {
    if (typeof domid !== 'number' || typeof config !== 'object' || config === null) continue;
    domains.push({ domid, config: config as Record<string, unknown> });
    if (domains.length >= maxDomains) break;
  }
  return domains;
}
