import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { HostContext } from '../context.ts';
import type { Lifecycle } from '../lifecycle.ts';
import type { LocalHostOptions } from '../local-host.ts';
import type { Pulse } from '../pulse.ts';
import { followStoredTarget } from './memory.ts';
import { watchOrders } from './store-orders.ts';
import { binDirectory, Terminals, toolNames, wrapper } from './terminal.ts';
import { LocalTools } from './tools.ts';
import { StoreJournal } from './xenstore-view.ts';

/** Where the host's XenStore is served; Debian's tools find it by XENSTORED_PATH. */
export const xenstoreSocket = (root: string): string => join(root, 'var', 'run', 'xenstored', 'socket');

/** Dom0's tools of a host, and how to end what they opened. */
export async function createTools(
  options: LocalHostOptions,
  parts: { context: HostContext; lifecycle: Lifecycle; pulse: Pulse; version: string },
): Promise<{ dom0: LocalTools; closers: (() => void)[] }> {
  const { context } = parts;
  const { store, clock } = context.toolstack;
  const { root } = context.stateDir;
  const journal = new StoreJournal(store, clock);
  const terminals = new Terminals(context, {
    stateDirectory: options.engineDirectory ?? dirname(dirname(root)),
    binDirectory: binDirectory(root),
    xenstoreSocket: xenstoreSocket(root),
  });
  if (options.cli !== undefined) await writeWrappers(context, options.cli);
  const stopOrders = watchOrders(store, (domid, storedKiB) => obey(context, domid, storedKiB));
  const dom0 = new LocalTools({ ...parts, journal, terminals, engineLog: options.engineLog ?? null });
  return { dom0, closers: [stopOrders, () => journal.close(), () => terminals.close()] };
}

/** A target nobody can have is not followed; the hypervisor's log says why. */
function obey(context: HostContext, domid: number, storedKiB: number): void {
  const domain = context.domains.live.find(({ live }) => live?.domid === domid);
  if (!domain) return;
  followStoredTarget(context, domain.id, storedKiB).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    context.ring.log(`d${domid} memory/target ${storedKiB} is not followed: ${why}`);
  });
}

async function writeWrappers(context: HostContext, cli: string): Promise<void> {
  if (process.platform === 'win32') return;
  const runtime = { execPath: process.execPath, isElectron: 'electron' in process.versions };
  const directory = binDirectory(context.stateDir.root);
  try {
    await mkdir(directory, { recursive: true });
    for (const name of toolNames) {
      const path = join(directory, name);
      await writeFile(path, wrapper(name, cli, runtime));
      await chmod(path, 0o755);
    }
  } catch (error) {
    context.warnings.add(
      `The tools of dom0's shell could not be set up: ${error instanceof Error ? error.message : String(error)}.`,
    );
  }
}
