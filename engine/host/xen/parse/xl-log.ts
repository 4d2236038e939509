import type { ExitReason } from '../model/domain.ts';

const reasons: Readonly<Record<number, { reason: ExitReason; detail: string }>> = {
  0: { reason: 'poweroff', detail: 'The guest powered itself off.' },
  1: { reason: 'reboot', detail: 'The guest rebooted.' },
  2: { reason: 'destroyed', detail: 'The guest was suspended, and saved or migrated away.' },
  3: { reason: 'crash', detail: 'The guest crashed.' },
  4: { reason: 'crash', detail: 'The watchdog of the guest ran out.' },
  5: { reason: 'reboot', detail: 'The guest asked for a soft reset.' },
};

/** How a run with that shutdown code has ended. */
export const endingOf = (code: number): { reason: ExitReason; detail: string } =>
  reasons[code] ?? { reason: 'destroyed', detail: `The guest ended with code ${code}.` };

/** What xl's monitor has written about the end of a run; null: nothing. */
export function parseEnding(log: string, domid: number): { reason: ExitReason; detail: string } | null {
  const match = new RegExp(`Domain ${domid} has shut down, reason code (\\d{1,3})\\b`).exec(log);
  return match ? endingOf(Number(match[1])) : null;
}
