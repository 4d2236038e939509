import type { XenAuthoring } from './authoring.ts';
import { StoreWatches } from './dom0/store-watch.ts';
import { XenTools } from './dom0/tools.ts';
import type { XenContext } from './host-context.ts';
import type { Session } from './link/session.ts';

/** The optional tools of a real host. */
export interface Toolbox {
  readonly dom0: XenTools;
  /** The connection is gone, or the host is closed. */
  close(): void;
}

export function openToolbox(context: XenContext, authoring: XenAuthoring, session: () => Session): Toolbox {
  const watches = new StoreWatches(context.clock, session);
  return {
    dom0: new XenTools(context, authoring, watches),
    close: () => watches.close(),
  };
}
