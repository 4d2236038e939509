import { EngineFailure } from '../../engine-client.ts';
import { findDomain, libxlError, type Xl } from '../context.ts';
import type { Options } from '../getopt.ts';

/** VNC's display 0. */
const firstPort = 5900;

/** Where a domain lets VNC viewers in, as libxl reads it; null when nowhere. */
async function vncDoor(
  xl: Xl,
  domid: number,
): Promise<{ listen: string; port: number; pass: boolean } | null> {
  const client = (await xl.engine()).client;
  const path = `/local/domain/${domid}/console`;
  const node = await client.xenstore.node({ host: xl.host, path }).catch(() => null);
  const value = (name: string): string | undefined => node?.children.find((one) => one.name === name)?.value;
  const port = value('vnc-port');
  if (port === undefined) return null;
  return {
    listen: value('vnc-listen') ?? '127.0.0.1',
    port: Number(port),
    pass: value('vnc-pass') !== undefined,
  };
}

/** Has an open window show the screen of a live domain; without one it says where a viewer comes in (docs/xl.md). */
export async function viewScreen(xl: Xl, domid: number, domain: string | undefined): Promise<number> {
  if (domain !== undefined && (await showInWindow(xl, domain))) return 0;
  const door = await vncDoor(xl, domid);
  if (!door) {
    libxlError(xl, 'Cannot get vnc-port', domid);
    return 1;
  }
  const { listen, port, pass } = door;
  xl.err(
    `No window of Domus is open to show the screen. A VNC viewer comes in with\n` +
      `  vncviewer ${listen.includes(':') ? `[${listen}]` : listen}:${port - firstPort}\n` +
      (pass ? `and the password: xenstore-read /local/domain/${domid}/console/vnc-pass\n` : ''),
  );
  return 1;
}

/** A domain without a screen, or one that has just gone, is shown by no window. */
async function showInWindow(xl: Xl, domain: string): Promise<boolean> {
  const { client } = await xl.engine();
  const { shown } = await client.display.show({ host: xl.host, domain }).catch(unlessLost);
  return shown;
}

function unlessLost(error: unknown): { shown: boolean } {
  if (!(error instanceof EngineFailure) || error.code === 'ENGINE_LOST') throw error;
  return { shown: false };
}

export async function vncViewerCommand(args: Options, xl: Xl): Promise<number> {
  const { row, domid } = await findDomain(xl, args.positionals[0]);
  return viewScreen(xl, domid, row?.id);
}
