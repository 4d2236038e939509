import { dom0Uuid, DomusError } from '../../../api/index.ts';
import type { Struct } from '../../../device/device.ts';
import type { GuestConfig } from '../../../toolstack/guest-config.ts';
import type { LiveDomain } from '../../../toolstack/live-domain.ts';
import type { HostContext } from '../context.ts';
import type { Definition } from '../definitions.ts';
import type { ManagedDomain } from '../managed-domain.ts';

/** The domain whose hardware is looked at or changed: as it runs, and as its file says. */
export interface Subject {
  readonly domain: ManagedDomain;
  /** null: it is off, or it has ended. */
  readonly live: LiveDomain | null;
  readonly definition: Definition | null;
}

/** What runs and what is configured of one kind of thing. */
export interface Both<T> {
  readonly live: T | undefined;
  readonly configured: T | undefined;
}

/** ERROR_DOMAIN_NOTFOUND, and ERROR_INVAL for Domain-0, whose hardware is this computer's. */
export function subjectOf(host: HostContext, id: string): Subject {
  if (id === dom0Uuid) {
    throw new DomusError(
      'ERROR_INVAL',
      'Domain-0 has the hardware of this computer: there is nothing to change.',
    );
  }
  const domain = host.domains.get(id);
  const live = domain.live?.alive ? domain.live : null;
  return { domain, live, definition: domain.definition };
}

export const configs = ({ live, definition }: Subject): Both<GuestConfig> => ({
  live: live?.config,
  configured: definition?.config,
});

export const libxlOf = (config: GuestConfig): Struct => config.libxl;
