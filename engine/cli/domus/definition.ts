import { clientOf, commandLine, Exit } from '../xl/context.ts';
import { argument, valued } from '../xl/given.ts';
import { counted, domainOf, type DomusCommands, onDomain, textOf } from './command.ts';

const units: Readonly<Record<string, number>> = { K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };

/** Bytes of `512M`, `8G` and plain numbers; ends the command for anything else. */
function bytesOf(text = ''): number {
  const match = /^(\d+)([KMGT]?)$/.exec(text);
  if (!match) throw new Exit(2, `domus: "${text}" is no size. Give bytes, or a number with K, M, G or T.\n`);
  return Number(match[1]) * (units[match[2] ?? ''] ?? 1);
}

/** Files of Domain-0 that belong to domains: definitions, images and saves. `-` or no file is standard input. */
export const definitionCommands: DomusCommands = {
  define: counted({
    usage: 'define [FILE]',
    description: 'Write an xl.cfg text to /etc/xen/NAME.cfg as a new domain, without starting it.',
    words: [0, 1],
    async run({ positionals: [file] }, domus) {
      const text = await textOf(domus, file);
      const { domain } = await clientOf(domus);
      await domain.define({ host: domus.host, text, command: commandLine(domus) });
    },
  }),
  config: counted({
    usage: 'config DOMAIN',
    description: 'Print its file in /etc/xen.',
    words: [1, 1],
    async run({ positionals: [word] }, domus) {
      const { host, id } = await domainOf(domus, word);
      const { text } = await (await clientOf(domus)).domain.configText({ host, domain: id });
      domus.out(text);
    },
  }),
  reconfigure: counted({
    usage: 'reconfigure DOMAIN [FILE]',
    description: 'Replace its file in /etc/xen. It takes effect at the next start.',
    words: [1, 2],
    async run({ positionals: [word, file] }, domus) {
      const text = await textOf(domus, file);
      const target = onDomain(await domainOf(domus, word), domus);
      await (await clientOf(domus)).config.write({ ...target, text });
    },
  }),
  undefine: counted({
    usage: 'undefine DOMAIN [IMAGE…]',
    description: 'Delete the definition of a domain that is off, and those of its images that are named.',
    words: [1, 65],
    async run({ positionals: [word, ...volumes] }, domus) {
      const target = onDomain(await domainOf(domus, word), domus);
      const { problem } = await (await clientOf(domus)).domain.remove({ ...target, volumes });
      if (problem !== undefined) throw new Exit(1, `domus: ${problem}\n`);
    },
  }),
  'make-image': counted({
    usage: 'make-image PATH SIZE | PATH --copy FILE',
    description: 'Make a disk image that takes room as it is filled (8G, 512M), or a copy of one.',
    options: [valued('c', 'copy')],
    words: [1, 2],
    async run(args, domus) {
      const [path = '', size] = args.positionals;
      const of = argument(args, 'c');
      const origin =
        of === undefined
          ? ({ kind: 'blank', bytes: bytesOf(size) } as const)
          : ({ kind: 'copy', of } as const);
      await domus.makeImage(path, origin).catch((error: unknown) => {
        throw new Exit(1, `domus: ${error instanceof Error ? error.message : String(error)}\n`);
      });
    },
  }),
  'remove-save': counted({
    usage: 'remove-save FILE',
    description: 'Delete a file that xl save wrote.',
    words: [1, 1],
    async run({ positionals: [path = ''] }, domus) {
      const { save } = await clientOf(domus);
      await save.remove({ host: domus.host, path, command: commandLine(domus) });
    },
  }),
};
