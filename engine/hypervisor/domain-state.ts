/** How a domain's and a vCPU's state is said: the letters of xl and xentop, and words. */

/** Shutdown reasons by Xen's codes (behaviour §1). */
export const shutdownCodes = {
  poweroff: 0,
  reboot: 1,
  suspend: 2,
  crash: 3,
  watchdog: 4,
  soft_reset: 5,
} as const;
export type ShutdownReason = keyof typeof shutdownCodes;

/** The name of a code; undefined for codes Xen has no name for (a guest may pass any 0..255). */
export function shutdownReasonOf(code: number): ShutdownReason | undefined {
  return (Object.keys(shutdownCodes) as ShutdownReason[]).find((reason) => shutdownCodes[reason] === code);
}

/** What Xen reports about a domain (its XEN_DOMINF flags). Flags are independent: a paused domain can be shut down too. */
export interface DomainFlags {
  /** At least one online vCPU is executing. */
  readonly running: boolean;
  /** Every online vCPU waits for an event. */
  readonly blocked: boolean;
  /** Paused by the toolstack. */
  readonly paused: boolean;
  /** Shut down by itself or by a crash. */
  readonly shutdown: boolean;
  /** Code of the shutdown; null when not shut down. */
  readonly shutdownCode: number | null;
  /** Being torn down. */
  readonly dying: boolean;
}

const reasonLetters = ['-', 'r', 's', 'c', 'w', 'S'] as const;

function reasonLetter(flags: DomainFlags): string {
  if (!flags.shutdown || flags.shutdownCode === null) return '-';
  return reasonLetters[flags.shutdownCode] ?? '?';
}

/** The six columns of `xl list`: r b p s, the reason of the shutdown, d (xl-commands §3). */
export function xlListLetters(flags: DomainFlags): string {
  return [
    flags.running ? 'r' : '-',
    flags.blocked ? 'b' : '-',
    flags.paused ? 'p' : '-',
    flags.shutdown ? 's' : '-',
    reasonLetter(flags),
    flags.dying ? 'd' : '-',
  ].join('');
}

/** The six columns of xentop, in its own order d s b c p r, where a crashed domain has no s (behaviour §7). */
export function xentopLetters(flags: DomainFlags): string {
  const crashed = flags.shutdown && flags.shutdownCode === shutdownCodes.crash;
  return [
    flags.dying ? 'd' : '-',
    flags.shutdown && !crashed ? 's' : '-',
    flags.blocked ? 'b' : '-',
    crashed ? 'c' : '-',
    flags.paused ? 'p' : '-',
    flags.running ? 'r' : '-',
  ].join('');
}

/** Three columns of `xl vcpu-list`: r, b, and p for an offline vCPU (xl-commands §3). */
export function vcpuLetters(vcpu: { online: boolean; running: boolean; blocked: boolean }): string {
  if (!vcpu.online) return '--p';
  return `${vcpu.running ? 'r' : '-'}${vcpu.blocked ? 'b' : '-'}-`;
}

export type DomainStateWord = 'running' | 'blocked' | 'paused' | 'shutdown' | 'crashed' | 'dying';

/** One word for the most telling flag; a domain with no flag set is runnable and waits for a pCPU: `running`. */
export function domainStateWord(flags: DomainFlags): DomainStateWord {
  if (flags.dying) return 'dying';
  if (flags.shutdown) return flags.shutdownCode === shutdownCodes.crash ? 'crashed' : 'shutdown';
  if (flags.paused) return 'paused';
  return flags.blocked ? 'blocked' : 'running';
}
