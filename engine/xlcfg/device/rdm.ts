export interface RdmReserve {
  strategy?: 'host';
}

export interface RdmResult {
  /** Undefined when the text is ignored as a whole. */
  readonly reserve?: RdmReserve;
  /** What the real tool prints, if anything. */
  readonly detail?: string;
}

const POLICIES = ['strict', 'relaxed', 'invalid'];

/**
 * `strategy=host,policy=strict|relaxed` (xl-cfg reference §4). Quirk kept from the real tool, which has the test
 * of the policy the wrong way round: a valid policy makes it ignore the text silently, an unknown one is only
 * complained about.
 */
export function parseRdm(text: string): RdmResult {
  const reserve: RdmReserve = {};
  let detail = '';
  const ignored = (more = ''): RdmResult => (detail + more === '' ? {} : { detail: detail + more });
  for (const part of text.split(',')) {
    const equals = part.indexOf('=');
    if (equals < 0) return ignored();
    const key = part.slice(0, equals);
    const value = part.slice(equals + 1);
    if (key === 'strategy') {
      if (value !== 'host') return ignored(`Unknown RDM strategy option: ${value}`);
      reserve.strategy = value;
    } else if (key !== 'policy') return ignored(`Unknown RDM state option: ${key}`);
    else if (POLICIES.includes(value.toLowerCase())) return ignored();
    else detail += `Unknown RDM policy: ${value}`;
  }
  return detail === '' ? { reserve } : { reserve, detail };
}
