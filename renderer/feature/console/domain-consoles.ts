import type { DomainInfo } from '../../../engine/api/domain.ts';
import type { HostInfo } from '../../../engine/api/host.ts';
import { serialName } from './serial-name.ts';

/** A console of a domain that is text: what it is asked for by, and what the guest calls it. */
export interface TextConsole {
  /** `0` for a serial port, `pv1` for a PV console. */
  readonly value: string;
  readonly title: string;
  readonly type: 'serial' | 'pv';
  readonly port: number;
}

/** Serial ports first; then PV consoles: hvc0, and channels by their names. */
export const textConsoles = (
  domain: Pick<DomainInfo, 'type' | 'serialPorts' | 'pvConsoles'>,
  host: Pick<HostInfo, 'kind'> | null,
): TextConsole[] => [
  ...domain.serialPorts.map((port) => ({
    value: String(port),
    title: serialName(domain, host, port),
    type: 'serial' as const,
    port,
  })),
  ...(domain.pvConsoles ?? []).map(({ number, name }) => ({
    value: `pv${number}`,
    title: name,
    type: 'pv' as const,
    port: number,
  })),
];
