import { attempt, findDomain, libxlError, type Xl } from '../context.ts';
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
  const door = await vncDoor(xl, domid);
  if (!door || domain === undefined) {
    libxlError(xl, 'Cannot get vnc-port', domid);
    return 1;
  }
  const shown = await attempt(xl, (client) => client.display.show({ host: xl.host, domain }), domid);
  if (!shown.ok) return 1;
  if (shown.value.shown) return 0;
  const { listen, port, pass } = door;
  xl.err(
    `No window of Domus is open to show the screen. A VNC viewer comes in with\n` +
      `  vncviewer ${listen.includes(':') ? `[${listen}]` : listen}:${port - firstPort}\n` +
      (pass ? `and the password: xenstore-read /local/domain/${domid}/console/vnc-pass\n` : ''),
  );
  return 1;
}

export async function vncViewerCommand(args: Options, xl: Xl): Promise<number> {
  const { row, domid } = await findDomain(xl, args.positionals[0]);
  return viewScreen(xl, domid, row?.id);
}
