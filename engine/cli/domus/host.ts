import type { EndRules } from '../../api/save.ts';
import { clientOf, commandLine, Exit } from '../xl/context.ts';
import { counted, type DomusCommands } from './command.ts';

/** The rules as words: `save=true`. */
function ruleOf(rules: EndRules, word: string): Partial<EndRules> {
  const [name = '', text = ''] = word.split('=', 2);
  const usual = Object.hasOwn(rules, name) ? rules[name as keyof EndRules] : undefined;
  const value = typeof usual === 'number' ? Number(text) : text === 'true';
  const fits = typeof usual === 'number' ? /^\d+$/.test(text) : text === 'true' || text === 'false';
  if (usual !== undefined && fits) return { [name]: value };
  throw new Exit(2, `domus: "${word}" is no rule. They are: ${Object.keys(rules).join(', ')}.\n`);
}

/** Settings of the embedded host. */
export const hostCommands: DomusCommands = {
  memory: counted({
    usage: 'memory MIB',
    description: 'Give Domain-0 and all guests together so much memory.',
    words: [1, 1],
    async run({ positionals: [text = ''] }, domus) {
      if (!/^\d+$/.test(text)) throw new Exit(2, 'domus: memory takes a whole number of MiB.\n');
      const { host } = await clientOf(domus);
      await host.configure({ host: domus.host, memoryMiB: Number(text), command: commandLine(domus) });
    },
  }),
  'at-end': counted({
    usage: 'at-end NAME=VALUE…',
    description: 'What becomes of domains when the host ends: save, restore, autoOnly, maxWaitSeconds.',
    words: [1, 4],
    async run({ positionals }, domus) {
      const { save } = await clientOf(domus);
      const rules = await save.rules({ host: domus.host });
      const changes = positionals.map((word) => ruleOf(rules, word));
      await save.setRules({ host: domus.host, rules: Object.assign({}, rules, ...changes) as EndRules });
    },
  }),
};
