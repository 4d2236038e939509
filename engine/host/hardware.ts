import type { DeviceDraft, FieldValue, HardwareKind, HardwareScope, HardwareView } from '../api/index.ts';
import type { Operation } from './operation.ts';

export interface HardwareChange {
  /** What a person has to type in a guest without an agent; null when nothing. */
  readonly hint: string | null;
}

/**
 * Devices and parts of one domain: one method per call of `hardwareContract`. Legal in every state; what needs a running
 * guest (`now`, `both`) fails with ERROR_INVAL on one that is off. A live change and the file's change are one operation:
 * when the first fails the second is not made. All failures are `DomusError`; `field` names the setting to blame.
 */
export interface HardwareTools {
  view(domain: string): Promise<HardwareView>;
  defaults(domain: string, kind: HardwareKind): Promise<DeviceDraft>;
  add(
    domain: string,
    request: { device: DeviceDraft; scope: HardwareScope; newImageMiB?: number | null },
    op: Operation,
  ): Promise<HardwareChange & { id: string }>;
  remove(
    domain: string,
    request: { id: string; scope: HardwareScope; force: boolean },
    op: Operation,
  ): Promise<HardwareChange>;
  change(
    domain: string,
    request: { id: string; values: Readonly<Record<string, FieldValue>>; scope: HardwareScope },
    op: Operation,
  ): Promise<HardwareChange>;
  revert(
    domain: string,
    request: { id: string; fields: readonly string[] | undefined },
    op: Operation,
  ): Promise<HardwareChange>;
  insert(
    domain: string,
    request: { id: string; path: string | null; scope: HardwareScope },
    op: Operation,
  ): Promise<HardwareChange>;
}
