import { attempt, FileProblem, libxlError, type Xl, type XlContext } from '../context.ts';
import { infoText, infoValues } from '../format/host.ts';
import { flag, has, valued } from '../given.ts';
import type { Options } from '../getopt.ts';
import type { CommandTable } from '../program.ts';
import { usage } from './usage.ts';

/** Exit codes are a byte: a returned libxl error -N shows as 256 - N. */
const asExitCode = (rc: number): number => rc & 0xff;

async function info(args: Options, xl: Xl): Promise<number> {
  const physical = await attempt(xl, (client) => client.dom0.physical({ host: xl.host }));
  if (!physical.ok) return 1;
  const [name] = args.positionals;
  const numa = has(args, 'n');
  if (name !== undefined && !numa) xl.out(infoValues(physical.value, name));
  else xl.out(infoText(physical.value, { numa, ...(has(args, 'x') ? { xenstoreFeatures: 0 } : {}) }));
  return 0;
}

async function dmesg(args: Options, xl: Xl): Promise<number> {
  const clear = has(args, 'c');
  const ring = await attempt(xl, (client) => client.dom0.dmesg({ host: xl.host, clear }));
  if (!ring.ok) return 1;
  xl.out(ring.value.text);
  return 0;
}

async function debugKeys([keys = '']: readonly string[], xl: Xl): Promise<number> {
  const sent = await attempt(xl, (client) => client.dom0.debugKeys({ host: xl.host, keys }));
  if (sent.ok) return 0;
  xl.err(`cannot send debug keys: ${keys}\n`);
  return 1;
}

/** The embedded hypervisor has no parameter that can be set while it runs, so it knows none. */
function setParameters([parameters = '']: readonly string[], xl: Xl): number {
  libxlError(xl, 'setting parameters: Invalid argument');
  xl.err(`cannot set parameters: ${parameters}\n`);
  return 1;
}

/* Flask is not built in, as in Debian's Xen (compare the transcripts of getenforce and loadpolicy). */

function setEnforce([mode = '']: readonly string[], xl: Xl): number {
  if (!/^(0|1|enforcing|permissive)$/i.test(mode)) {
    usage(xl, 'setenforce');
    return 2;
  }
  xl.err('Flask XSM disabled\n');
  return asExitCode(-1);
}

async function loadPolicy([file = '']: readonly string[], xl: Xl): Promise<number> {
  try {
    await xl.files.read(file);
    xl.out('Flask XSM Disabled\n');
  } catch (error) {
    if (!(error instanceof FileProblem)) throw error;
    xl.err(`Error occurred opening policy file '${file}': ${error.message}\n`);
  }
  return asExitCode(-1);
}

export const hostCommands: CommandTable<XlContext> = {
  info: { options: [flag('n', 'numa'), flag('x', 'xenstore')], run: (args, _, xl) => info(args, xl) },
  dmesg: { options: [flag('c', 'clear')], run: (args, _, xl) => dmesg(args, xl) },
  'debug-keys': { atLeast: 1, run: (args, _, xl) => debugKeys(args.positionals, xl) },
  'set-parameters': { atLeast: 1, run: async (args, _, xl) => setParameters(args.positionals, xl) },
  getenforce: {
    run: async (_, __, xl) => {
      xl.out('Flask XSM Disabled\n');
      return asExitCode(-1);
    },
  },
  setenforce: { atLeast: 1, run: async (args, _, xl) => setEnforce(args.positionals, xl) },
  loadpolicy: { atLeast: 1, run: (args, _, xl) => loadPolicy(args.positionals, xl) },
  devd: {
    options: [flag('F'), valued('p', 'pidfile')],
    async run(_, __, xl) {
      xl.err('xl devd serves driver domains; on the embedded host the engine serves all devices.\n');
      return 1;
    },
  },
};
