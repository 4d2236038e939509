export interface RdmReserve {
  strategy?: 'host';
  policy?: 'strict' | 'relaxed';
}

/**
 * `strategy=host,policy=strict|relaxed` (xl-cfg reference §4). A malformed text is ignored as a whole; `detail` is
 * what the real tool prints then, if anything.
 */
export function parseRdm(text: string): { readonly reserve?: RdmReserve; readonly detail?: string } {
  const reserve: RdmReserve = {};
  for (const part of text.split(',')) {
    const equals = part.indexOf('=');
    if (equals < 0) return {};
    const key = part.slice(0, equals);
    const value = part.slice(equals + 1);
    if (key === 'strategy') {
      if (value !== 'host') return { detail: `Unknown RDM strategy option: ${value}` };
      reserve.strategy = value;
    } else if (key === 'policy') {
      if (value !== 'strict' && value !== 'relaxed') return { detail: `Unknown RDM policy: ${value}` };
      reserve.policy = value;
    } else return { detail: `Unknown RDM state option: ${key}` };
  }
  return { reserve };
}

export function printRdm({ strategy, policy }: RdmReserve): string {
  const parts = [];
  if (strategy !== undefined) parts.push(`strategy=${strategy}`);
  if (policy !== undefined) parts.push(`policy=${policy}`);
  return parts.join(',');
}
