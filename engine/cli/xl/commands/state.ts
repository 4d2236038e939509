import {
  attempt,
  attemptOn,
  clientOf,
  commandLine,
  Exit,
  findDomain,
  libxlError,
  type Xl,
  type XlContext,
} from '../context.ts';
import type { Options } from '../getopt.ts';
import { flag, has, longOnly, valued } from '../given.ts';
import type { CommandTable } from '../program.ts';
import { readText } from './config-file.ts';
import { attach } from './console-attach.ts';
import { headerInfo } from './migrate-words.ts';
import { usage } from './usage.ts';

/* Saving, restoring and migrating. */

async function override(xl: Xl, file: string | undefined) {
  if (file === undefined) return undefined;
  const { text, source } = await readText(xl, file, 1);
  return { text, source };
}

async function save(args: Options, words: readonly string[], xl: Xl): Promise<number> {
  const [domain, file = '', configFile] = words;
  const found = await findDomain(xl, domain);
  const path = xl.files.absolute(file);
  if (!(await xl.files.exists(path.slice(0, Math.max(1, path.lastIndexOf('/'))))))
    throw new Exit(1, `Failed to open temp file ${file} for writing\n`);
  const config = await override(xl, configFile);
  const after = has(args, 'c') ? 'running' : has(args, 'p') ? 'paused' : 'off';
  const saved = await attemptOn(xl, found, (client, target) =>
    client.save.create({ ...target, path, after, keepDomid: has(args, 'D'), ...(config && { config }) }),
  );
  if (!saved.ok) {
    xl.err('Failed to save domain, resuming domain\n');
    return 1;
  }
  xl.err(`Saving to ${file} new xl format (${headerInfo(saved.value.header)})\n`);
  return 0;
}

async function restore(args: Options, words: readonly string[], xl: Xl): Promise<number> {
  if (words.length > 2) {
    usage(xl, 'restore');
    return 2;
  }
  const file = words.at(-1) ?? '';
  const path = xl.files.absolute(file);
  if (!(await xl.files.exists(path)))
    throw new Exit(1, "Can't open restore file: No such file or directory\n");
  const client = await clientOf(xl);
  const { header, save: look } = await client.save.inspect({ host: xl.host, path });
  if (!header) {
    xl.err(`${look.problem ?? 'File has wrong magic number - corrupt or for a different tool?'}\n`);
    return 1;
  }
  const configFile = words.length === 2 ? words[0] : undefined;
  const config = await override(xl, configFile);
  xl.err(`Loading new save file ${file} (new xl fmt ${headerInfo(header)})\n`);
  xl.err(' Savefile contains xl domain config in JSON format\n');
  xl.err(`Parsing config from ${configFile ?? '<saved>'}\n`);
  const paused = has(args, 'p') || has(args, 'c');
  const restored = await attempt(xl, (session) =>
    session.save.restore({
      host: xl.host,
      path,
      paused,
      ...(config && { config }),
      command: commandLine(xl),
    }),
  );
  if (!restored.ok) return 1;
  if (!has(args, 'c')) return 0;
  const { domain } = restored.value;
  // Attached before it goes on, so that nothing is missed.
  const unpause = has(args, 'p')
    ? {}
    : { attached: async () => void (await client.domain.unpause({ host: xl.host, domain })) };
  return attach(xl, domain, unpause);
}

async function remus([domain]: readonly string[], xl: Xl): Promise<number> {
  const { domid } = await findDomain(xl, domain);
  libxlError(xl, 'remus: Function not implemented', domid);
  xl.err('Failed to suspend domain at primary.\n');
  return 1;
}

async function monitorCommand(words: readonly string[], xl: Xl): Promise<number> {
  if (words.length !== 2) {
    usage(xl, 'qemu-monitor-command');
    return 2;
  }
  const { domid } = await findDomain(xl, words[0]);
  const socket = `/var/run/xen/qmp-libxl-${domid}`;
  libxlError(xl, `Failed to connect to QMP socket ${socket}: No such file or directory`, domid);
  return 1;
}

const letters = (text: string) => [...text].map((letter) => flag(letter));

export const stateCommands: CommandTable<XlContext> = {
  save: { options: letters('cpD'), atLeast: 2, run: (args, _, xl) => save(args, args.positionals, xl) },
  restore: {
    options: [...letters('Fcpde'), flag('V', 'vncviewer'), flag('A', 'vncviewer-autopass')],
    atLeast: 1,
    run: (args, _, xl) => restore(args, args.positionals, xl),
  },
  migrate: {
    options: [valued('C'), valued('s'), ...letters('eFpD'), longOnly('debug'), longOnly('live')],
    atLeast: 2,
    run: async (args, globals, xl) => (await import('./migrate-send.ts')).migrate(args, globals, xl),
  },
  'migrate-receive': {
    options: [
      ...letters('Fedrp'),
      longOnly('colo'),
      { key: 'coloft', long: 'coloft-script', argument: true },
      longOnly('userspace-colo-proxy'),
    ],
    run: async (args, _, xl) => (await import('./migrate-receive.ts')).migrateReceive(args, xl),
  },
  remus: {
    options: [valued('i'), valued('s'), valued('N'), ...letters('ueFbndcp')],
    atLeast: 1,
    run: ({ positionals }, _, xl) => remus(positionals, xl),
  },
  'qemu-monitor-command': { atLeast: 2, run: ({ positionals }, _, xl) => monitorCommand(positionals, xl) },
};
