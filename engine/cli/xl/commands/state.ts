import { Exit, FileProblem, findDomain, libxlError, type Xl, type XlContext } from '../context.ts';
import { flag, longOnly, valued } from '../given.ts';
import type { CommandTable } from '../program.ts';
import { usage } from './usage.ts';

/*
 * Saving, restoring and migrating. The contract has no calls for them yet: arguments are checked as the real one does,
 * then libxl's error says that it is not available. The calls go where `unavailable` stands.
 */

const unavailable = (xl: Xl, what: string, domid?: number): void =>
  libxlError(xl, `${what}: Function not implemented`, domid);

async function save([domain, file = '']: readonly string[], xl: Xl): Promise<number> {
  const { domid } = await findDomain(xl, domain);
  const path = xl.files.absolute(file);
  if (!(await xl.files.exists(path.slice(0, Math.max(1, path.lastIndexOf('/'))))))
    throw new Exit(1, `Failed to open temp file ${file} for writing\n`);
  unavailable(xl, 'saving domain', domid);
  xl.err('Failed to save domain, resuming domain\n');
  return 1;
}

async function restore(words: readonly string[], xl: Xl): Promise<number> {
  if (words.length > 2) {
    usage(xl, 'restore');
    return 2;
  }
  const file = words.at(-1) ?? '';
  try {
    await xl.files.read(file);
  } catch (error) {
    if (!(error instanceof FileProblem)) throw error;
    throw new Exit(1, `Can't open restore file: ${error.message}\n`);
  }
  unavailable(xl, 'restoring domain');
  return 1;
}

async function migrate([domain]: readonly string[], xl: Xl): Promise<number> {
  const { domid } = await findDomain(xl, domain);
  unavailable(xl, 'migrating domain', domid);
  xl.err('Migration failed, resuming at sender.\n');
  return 1;
}

async function remus([domain]: readonly string[], xl: Xl): Promise<number> {
  const { domid } = await findDomain(xl, domain);
  unavailable(xl, 'remus', domid);
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
  save: { options: letters('cpD'), atLeast: 2, run: ({ positionals }, _, xl) => save(positionals, xl) },
  restore: {
    options: [...letters('Fcpde'), flag('V', 'vncviewer'), flag('A', 'vncviewer-autopass')],
    atLeast: 1,
    run: ({ positionals }, _, xl) => restore(positionals, xl),
  },
  migrate: {
    options: [valued('C'), valued('s'), ...letters('eFpD'), longOnly('debug'), longOnly('live')],
    atLeast: 2,
    run: ({ positionals }, _, xl) => migrate(positionals, xl),
  },
  'migrate-receive': {
    options: [
      ...letters('Fedrp'),
      longOnly('colo'),
      { key: 'coloft', long: 'coloft-script', argument: true },
    ],
    async run(_, __, xl) {
      xl.err('migration target: Ready to receive domain.\n');
      unavailable(xl, 'receiving domain');
      xl.err('migration target: Domain creation failed (code -4).\n');
      return 1;
    },
  },
  remus: {
    options: [valued('i'), valued('s'), valued('N'), ...letters('ueFbndcp')],
    atLeast: 1,
    run: ({ positionals }, _, xl) => remus(positionals, xl),
  },
  'qemu-monitor-command': { atLeast: 2, run: ({ positionals }, _, xl) => monitorCommand(positionals, xl) },
};
