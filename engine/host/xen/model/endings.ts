import type { DomainInfo } from '../../../api/index.ts';
import { endingOf } from '../parse/xl-log.ts';
import type { Live, XenDomain } from './domain.ts';

const expectedEnd = {
  poweroff: { reason: 'poweroff', detail: 'The guest was shut down.' },
  reboot: { reason: 'reboot', detail: 'The guest was rebooted.' },
  destroyed: { reason: 'destroyed', detail: 'The domain was forced off.' },
} as const;

function unknownEnd(live: Live, next: Live | null): { reason: 'reboot' | 'destroyed'; detail: string } {
  if (next && next.uuid === live.uuid)
    return { reason: 'reboot', detail: 'The guest was started anew on the host.' };
  return { reason: 'destroyed', detail: 'The domain was ended on the host.' };
}

/** How the run that is gone has ended: by the host's log, by what was asked for here, else as far as can be told. */
export function endOf(
  domain: XenDomain,
  live: Live,
  next: Live | null,
): Pick<NonNullable<DomainInfo['lastExit']>, 'reason' | 'detail'> {
  const { shutdownCode } = live.row;
  if (shutdownCode !== null && !domain.expected) return endingOf(shutdownCode);
  return domain.ending ?? (domain.expected ? expectedEnd[domain.expected] : unknownEnd(live, next));
}
