import { liveDomains, lookUp, type Xl, type XlContext } from '../context.ts';
import { channelRows, deviceHeader, vbdTable, vifTable } from '../format/devices.ts';
import type { Command, CommandTable } from '../program.ts';
import { storedDevices } from './device-store.ts';

/** Lines of one domain, below the header. */
type Rows = (xl: Xl, domid: number) => Promise<string>;

/** A list over domains; a bad name is reported and passed over, exit 0 (xl-commands §6). */
function lister(header: string, rows: Rows): Command<XlContext> {
  return {
    atLeast: 1,
    async run({ positionals }, _, xl) {
      const domains = await liveDomains(xl);
      xl.out(header);
      for (const word of positionals) {
        const found = lookUp(domains, word);
        if (found) xl.out(await rows(xl, found.domid));
        else xl.err(`${word} is an invalid domain identifier\n`);
      }
      return 0;
    },
  };
}

const withoutHeader = (table: string): string => table.slice(table.indexOf('\n') + 1);

const vbds: Rows = async (xl, domid) => {
  const devices = await storedDevices(xl, domid, 'vbd');
  const rows = devices.map(({ devid, backendDomid, backendPath, frontend }) => ({
    devid,
    backendDomid,
    backendPath,
    // What the real one prints as "handle" is the guest's domid.
    handle: domid,
    state: frontend('state'),
    eventChannel: frontend('event-channel'),
    ringRef: frontend('ring-ref'),
  }));
  return withoutHeader(vbdTable(rows));
};

const vifs: Rows = async (xl, domid) => {
  const devices = await storedDevices(xl, domid, 'vif');
  const rows = devices.map(({ devid, backendDomid, backendPath, frontend, text }) => ({
    devid,
    backendDomid,
    backendPath,
    handle: devid,
    mac: text('mac'),
    state: frontend('state'),
    eventChannel: frontend('event-channel'),
    txRingRef: frontend('tx-ring-ref'),
    rxRingRef: frontend('rx-ring-ref'),
  }));
  return withoutHeader(vifTable(rows));
};

/** Consoles with a name. */
const channels: Rows = async (xl, domid) => {
  const devices = await storedDevices(xl, domid, 'console');
  const rows = devices.flatMap(({ devid, backendDomid, backend, frontend, text }) =>
    backend('name') === ''
      ? []
      : {
          devid,
          backendDomid,
          state: frontend('state'),
          eventChannel: frontend('port'),
          ringRef: frontend('ring-ref'),
          connection: backend('connection'),
          pty: text('tty'),
        },
  );
  return channelRows(rows);
};

/** The embedded host has no devices of this kind. */
const none: Rows = async () => '';

export const deviceListCommands: CommandTable<XlContext> = {
  'block-list': lister(vbdTable([]), vbds),
  'network-list': lister(vifTable([]), vifs),
  'channel-list': lister(deviceHeader('channel-list'), channels),
  'vtpm-list': lister(deviceHeader('vtpm-list'), none),
  'vkb-list': lister(deviceHeader('vkb-list'), none),
  'vdispl-list': lister('', none),
  'vsnd-list': lister('', none),
};
