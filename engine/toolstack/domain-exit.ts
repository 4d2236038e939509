import type { DomainInfo } from '../api/index.ts';
import type { MachineExit } from '../guest/machine.ts';
import { shutdownCodes } from '../hypervisor/index.ts';

/** How a run of a domain ended, its machine or its guest being the cause. */
export interface DomainExit {
  /** `destroyed`: for a reason that Xen has no name for. */
  readonly reason: Exclude<
    NonNullable<DomainInfo['lastExit']>['reason'],
    'saved' | 'migrated' | 'engine-lost'
  >;
  /** Xen's, 0..255. */
  readonly code: number;
  /** One sentence for the log and the person. */
  readonly detail: string;
}

/** The machine stopped by itself. */
export const machineEnded = ({ reason, detail }: MachineExit): DomainExit => ({
  reason,
  code: shutdownCodes[reason],
  detail,
});

const reasons: Readonly<Record<number, DomainExit['reason']>> = {
  [shutdownCodes.poweroff]: 'poweroff',
  [shutdownCodes.reboot]: 'reboot',
  [shutdownCodes.crash]: 'crash',
  [shutdownCodes.watchdog]: 'watchdog',
  [shutdownCodes.soft_reset]: 'soft-reset',
};

/** The guest gave this reason; with one that has no name it is destroyed, as xl does (behaviour §1). */
export const guestEnded = (code: number): DomainExit => ({
  reason: reasons[code] ?? 'destroyed',
  code,
  detail: `The guest asked for it, with reason code ${code}.`,
});

export const watchdogRanOut = (seconds: number): DomainExit => ({
  reason: 'watchdog',
  code: shutdownCodes.watchdog,
  detail: `The guest has not fed its watchdog for ${seconds} s.`,
});
