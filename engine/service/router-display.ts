import { implement } from '@orpc/server';
import { displayContract, DomusError } from '../api/index.ts';
import type { DisplayTools } from '../host/display.ts';
import type { ByteStream, Host } from '../host/host.ts';
import type { Calls } from './calls.ts';
import { ScreenWishes } from './screen-wishes.ts';
import type { Tickets } from './tickets.ts';

function toolsOf(host: Host): DisplayTools {
  if (host.display) return host.display;
  throw new DomusError('ERROR_NI', `${host.info().name} has no graphical consoles.`);
}

/** The calls of graphical consoles. */
export function createDisplayRouter(calls: Calls, tickets: Tickets<ByteStream>) {
  const os = implement(displayContract);
  const wishes = new ScreenWishes();
  const tools = (id: string): DisplayTools => toolsOf(calls.host(id));
  return {
    display: {
      info: os.display.info.handler(({ input }) => tools(input.host).info(input.domain)),
      open: os.display.open.handler(async ({ input: { host, domain, readOnly } }) => ({
        ticket: tickets.issue(await tools(host).open(domain, { readOnly })),
      })),
      listen: os.display.listen.handler(async ({ input: { host, domain } }) => ({
        ticket: tickets.issue(await tools(host).listen(domain)),
      })),
      show: os.display.show.handler(async ({ input }) => {
        // An unknown domain is an error, not a window that shows nothing.
        await tools(input.host).info(input.domain);
        return { shown: await wishes.show(input) };
      }),
      wishes: os.display.wishes.handler(async ({ signal }) => ({ wish: await wishes.next(signal) })),
      text: os.display.text.handler(async ({ input }) => ({
        rows: await tools(input.host).text(input.domain),
      })),
      thumbnails: os.display.thumbnails.handler(({ input: { host, ...request } }) =>
        tools(host).thumbnails(request),
      ),
      screenshot: os.display.screenshot.handler(({ input }) => tools(input.host).screenshot(input.domain)),
    },
  };
}
