import { setImmediate } from 'node:timers/promises';

/** One domain of `xl list -l`. */
export interface LongDomain {
  readonly domid: number;
  readonly config: Readonly<Record<string, unknown>>;
}

const maxDomains = 4096;
/** After this much text others get their turn. */
const sliceBytes = 64 * 1024;

/** Ends of the elements of a JSON array, by counting braces outside of strings. */
function* elements(text: string): Generator<string> {
  let depth = 0;
  let from = -1;
  const token = /["{}]/g;
  for (let match = token.exec(text); match; match = token.exec(text)) {
    if (match[0] === '"') {
      const string = /(?:[^"\\]|\\.)*"/gsy;
      string.lastIndex = token.lastIndex;
      if (!string.test(text)) return;
      token.lastIndex = string.lastIndex;
    } else if (match[0] === '{') {
      if (depth === 0) from = match.index;
      depth += 1;
    } else if (depth > 0) {
      depth -= 1;
      if (depth === 0) yield text.slice(from, match.index + 1);
    }
  }
}

function toDomain(text: string): LongDomain | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return null;
    const { domid, config } = value as Record<string, unknown>;
    if (typeof domid !== 'number' || typeof config !== 'object' || config === null) return null;
    return { domid, config: config as Record<string, unknown> };
  } catch {
    return null;
  }
}

/**
 * `xl list -l`, however it is indented. One domain at a time, so that a thousand of them do not hold everything up; one that
 * cannot be read is left out. A warning of libxl in front of the JSON does no harm.
 */
export async function parseListLong(text: string): Promise<LongDomain[]> {
  const domains: LongDomain[] = [];
  let bytes = 0;
  for (const element of elements(text)) {
    const domain = toDomain(element);
    if (domain) domains.push(domain);
    if (domains.length >= maxDomains) break;
    bytes += element.length;
    if (bytes < sliceBytes) continue;
    bytes = 0;
    await setImmediate();
  }
  return domains;
}
