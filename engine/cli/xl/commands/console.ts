import { Exit, findDomain, libxlError, type Xl, type XlContext } from '../context.ts';
import { argument, flag, leadingInt, valued } from '../given.ts';
import type { Options } from '../getopt.ts';
import type { CommandTable } from '../program.ts';
import { attach, defaultEscape } from './console-attach.ts';
import { vncViewerCommand } from './vnc-viewer.ts';

/** `^]` is a control character, anything else its first byte. */
function escapeByte(text: string | undefined): number {
  if (text === undefined || text === '') return defaultEscape;
  const letter =
    text.startsWith('^') && text.length > 1 ? text.toUpperCase().charCodeAt(1) & 0x1f : undefined;
  return letter ?? text.charCodeAt(0) & 0xff;
}

const ports = { serial: 4, pv: 65 } as const;

/** PV consoles: 0 is the guest's hvc0, the others are channels over terminals. Without -t it is the serial port, for all types. */
async function openConsole(args: Options, xl: Xl): Promise<number> {
  const type = argument(args, 't') ?? 'serial';
  if (type !== 'pv' && type !== 'serial' && type !== 'vuart')
    throw new Exit(1, 'console type supported are: pv, serial, vuart\n');
  const { row, domid } = await findDomain(xl, args.positionals[0]);
  const port = leadingInt(argument(args, 'n') ?? '0');
  if (domid === 0) xl.err("Can't specify Domain-0\n");
  else if (row && type !== 'vuart' && port >= 0 && port < ports[type]) {
    return attach(xl, row.id, { type, port, escape: escapeByte(argument(args, 'e')) });
  } else libxlError(xl, `Cannot get domain console: no ${type} console ${port}`, domid);
  xl.err('Unable to attach console\n');
  return 1;
}

export const consoleCommands: CommandTable<XlContext> = {
  console: {
    options: [valued('t', 'type'), valued('n', 'num'), valued('e', 'escape')],
    atLeast: 1,
    run: (args, _, xl) => openConsole(args, xl),
  },
  vncviewer: {
    options: [flag('a', 'autopass'), flag('A', 'vncviewer-autopass')],
    atLeast: 1,
    run: (args, _, xl) => vncViewerCommand(args, xl),
  },
};
