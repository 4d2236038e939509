import { parseMemorySizeKiB } from '../../../xlcfg/index.ts';
import { attemptOn, findDomain, type Xl, type XlContext } from '../context.ts';
import type { CommandTable } from '../program.ts';

interface Kind {
  readonly call: 'setMaxMemory' | 'setMemory';
  /** `static` or `dynamic`, as in the sentence of a failure. */
  readonly what: string;
}

/** libxl ends this sentence with a newline of its own. */
const withEmptyLine = /memory_dynamic_max must be less than or equal to memory_static_max$/;

async function set(kind: Kind, [domain, size = '']: readonly string[], xl: Xl): Promise<number> {
  const found = await findDomain(xl, domain);
  const memoryKiB = parseMemorySizeKiB(size);
  // The real one takes -1 KiB for "cannot be read".
  if (memoryKiB === undefined || memoryKiB === -1) {
    xl.err(`invalid memory size: ${size}\n`);
    return 1;
  }
  let logged = '';
  const watched = { ...xl, err: (text: string) => xl.err((logged = text)) };
  const done = await attemptOn(watched, found, (client, target) =>
    client.live[kind.call]({ ...target, memoryKiB }),
  );
  if (done.ok) return 0;
  if (withEmptyLine.test(logged.trimEnd())) xl.err('\n');
  xl.err(`cannot set domid ${found.domid} ${kind.what} max memory to : ${size}\n`);
  return 1;
}

const maximum: Kind = { call: 'setMaxMemory', what: 'static' };
const target: Kind = { call: 'setMemory', what: 'dynamic' };

export const memoryCommands: CommandTable<XlContext> = {
  'mem-max': { atLeast: 2, run: (args, _, xl) => set(maximum, args.positionals, xl) },
  'mem-set': { atLeast: 2, run: (args, _, xl) => set(target, args.positionals, xl) },
};
