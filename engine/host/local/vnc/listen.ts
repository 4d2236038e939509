import { createServer, type Server } from 'node:net';
import { DomusError } from '../../../api/index.ts';
import { firstPort, type ScreenConfig } from '../../../device/vfb/config.ts';

/** How many ports from the first one on are tried when any will do. */
const tries = 1000;
const lastPort = 65_535;

function bind(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, exclusive: true }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? String(error);

/**
 * Opens the port that a screen's configuration asks for: exactly that one, or the first free one from there on. ERROR_FAIL
 * when it is taken, when none is free, or when the address is not this computer's.
 */
export async function listenFor(
  screen: Pick<ScreenConfig, 'listen' | 'port' | 'unused'>,
): Promise<{ server: Server; host: string; port: number }> {
  const host = screen.listen.replace(/^\[(.*)\]$/, '$1');
  const first = screen.port ?? firstPort;
  const last = screen.unused ? Math.min(lastPort, first + tries - 1) : first;
  for (let port = first; port <= last; port += 1) {
    const server = createServer();
    try {
      await bind(server, host, port);
      return { server, host, port };
    } catch (error) {
      server.close();
      const code = codeOf(error);
      if (code !== 'EADDRINUSE') throw refusal(screen.listen, port, code);
    }
  }
  throw screen.unused
    ? new DomusError('ERROR_FAIL', `No VNC port from ${first} to ${last} is free on ${screen.listen}.`, {
        field: 'vncdisplay',
      })
    : new DomusError('ERROR_FAIL', `The VNC port ${first} of ${screen.listen} is taken.`, {
        field: 'vncdisplay',
        fix: 'Set vncunused=1, another vncdisplay, or vnc=0.',
      });
}

function refusal(listen: string, port: number, code: string): DomusError {
  if (code === 'EACCES')
    return new DomusError('ERROR_FAIL', `This computer lets nobody listen on port ${port} of ${listen}.`, {
      field: 'vncdisplay',
    });
  return new DomusError('ERROR_FAIL', `VNC viewers cannot be let in on ${listen}: ${code}.`, {
    field: 'vnclisten',
    fix: 'vnclisten must be an address of this computer, such as 127.0.0.1.',
  });
}
