import type { Host } from '../host.ts';
import type { XenAuthoring } from './authoring.ts';
import { XenDisplays } from './display/index.ts';
import { StoreWatches } from './dom0/store-watch.ts';
import { XenTools } from './dom0/tools.ts';
import { XenHardware } from './hardware/index.ts';
import type { XenContext } from './host-context.ts';
import type { Session } from './link/session.ts';
import type { XenCommands } from './commands.ts';
import { browseHost } from './host-folders.ts';
import { XenInventory } from './inventory/index.ts';
import { HostImages } from './media/host-images.ts';
import { inspectOnHost } from './media/inspect.ts';
import { XenSaves } from './saves/index.ts';
import { volumesOf } from './volumes.ts';

/** The optional tools of a real host. */
export interface Toolbox {
  readonly dom0: XenTools;
  readonly saves: XenSaves;
  readonly hardware: XenHardware;
  readonly inventory: XenInventory;
  readonly display: XenDisplays;
  readonly inspect: NonNullable<Host['inspect']>;
  readonly browse: NonNullable<Host['browse']>;
  readonly volumes: NonNullable<Host['volumes']>;
  /** The connection is gone, or the host is closed. */
  close(): void;
}

export interface ToolParts {
  readonly context: XenContext;
  readonly commands: XenCommands;
  readonly authoring: XenAuthoring;
  /** Throws ERROR_NOT_READY when there is none. */
  readonly session: () => Session;
}

export function openToolbox({ context, commands, authoring, session }: ToolParts): Toolbox {
  const images = new HostImages(context);
  const watches = new StoreWatches(context.clock, session);
  const dom0 = new XenTools(context, authoring, watches, images);
  const display = new XenDisplays(context);
  return {
    dom0,
    hardware: new XenHardware(context, authoring, dom0),
    inventory: new XenInventory(context),
    display,
    inspect: (path, signal) => inspectOnHost(context, images, path, signal),
    browse: (path) => browseHost(context.xl, path),
    volumes: (domain) => volumesOf(context, domain),
    saves: new XenSaves(context, commands),
    close: () => {
      watches.close();
      display.close();
    },
  };
}
