import type { DeviceDraftInput, FieldValue, HardwareItem, HardwareScope } from '../../api/hardware.ts';
import { clientOf, Exit } from '../xl/context.ts';
import { argument, has, longOnly } from '../xl/given.ts';
import type { Options } from '../xl/getopt.ts';
import { counted, domainOf, type DomusCommands, type DomusContext, onDomain } from './command.ts';

/** Where a change is made: `--now`, `--next`, or (neither) both. */
const places = [longOnly('now'), longOnly('next')];
const scopeOf = (args: Options): HardwareScope =>
  has(args, 'now') === has(args, 'next') ? 'both' : has(args, 'now') ? 'now' : 'next';

const many = Number.MAX_SAFE_INTEGER;
const shown = (value: FieldValue): string => (value === null ? '' : String(value));

function lines({ id, title, inDomain, inFile, fields }: HardwareItem): string {
  const where = inDomain && inFile ? '' : inDomain ? ' (running domain only)' : ' (next start)';
  const rows = fields.map(({ name, live, configured }) => {
    const now = live ?? configured ?? null;
    const next = live !== undefined && configured !== undefined && live !== configured;
    return `  ${name}=${shown(now)}${next ? `  (next start: ${shown(configured)})` : ''}\n`;
  });
  return `${id}  ${title}${where}\n${rows.join('')}`;
}

/** What a person has to type in a guest that does not look by itself. */
function tell(domus: DomusContext, hint: string | null): void {
  if (hint !== null) domus.err(`Type in the guest: ${hint}\n`);
}

function newImageOf(args: Options): number | null {
  const text = argument(args, 'new-image');
  if (text === undefined) return null;
  if (!/^\d+$/.test(text)) throw new Exit(2, 'domus: --new-image takes a size in MiB.\n');
  return Number(text);
}

/** Hardware as the window's Hardware tab changes it. Names of items and settings are those of `domus hardware`. */
export const hardwareCommands: DomusCommands = {
  hardware: counted({
    usage: 'hardware DOMAIN',
    description: 'List its parts and devices with every setting, now and at the next start.',
    words: [1, 1],
    async run({ positionals: [word] }, domus) {
      const { host, id } = await domainOf(domus, word);
      const { items } = await (await clientOf(domus)).hardware.view({ host, domain: id });
      domus.out(items.map(lines).join(''));
    },
  }),
  set: counted({
    usage: 'set DOMAIN ITEM NAME=VALUE… [--now|--next]',
    description: 'Change settings of a part or device, now and in its file.',
    options: places,
    words: [3, many],
    async run(args, domus) {
      const { kindOf, settingsOf } = await import('./settings.ts');
      const [word, id = '', ...pairs] = args.positionals;
      const values = settingsOf(kindOf(id), pairs);
      const target = onDomain(await domainOf(domus, word), domus);
      const { hardware } = await clientOf(domus);
      tell(domus, (await hardware.change({ ...target, id, values, scope: scopeOf(args) })).hint);
    },
  }),
  add: counted({
    usage: 'add DOMAIN KIND NAME=VALUE… [--now|--next]',
    description: 'Add a device: vbd, vif, channel, vfb, rng, p9 or sound. --new-image MIB makes its image.',
    options: [...places, { key: 'new-image', long: 'new-image', argument: true }],
    words: [2, many],
    async run(args, domus) {
      const { kindOf, settingsOf } = await import('./settings.ts');
      const [word, kind = '', ...pairs] = args.positionals;
      const settings = settingsOf(kindOf(kind), pairs);
      const target = onDomain(await domainOf(domus, word), domus);
      const device = { kind, settings } as unknown as DeviceDraftInput;
      const more = { scope: scopeOf(args), newImageMiB: newImageOf(args) };
      const { hint } = await (await clientOf(domus)).hardware.add({ ...target, device, ...more });
      tell(domus, hint);
    },
  }),
  remove: counted({
    usage: 'remove DOMAIN ITEM [--force] [--now|--next]',
    description: 'Take a device out, now and from its file. Images stay.',
    options: [...places, longOnly('force')],
    words: [2, 2],
    async run(args, domus) {
      const [word, id = ''] = args.positionals;
      const target = onDomain(await domainOf(domus, word), domus);
      const force = has(args, 'force');
      const { hardware } = await clientOf(domus);
      tell(domus, (await hardware.remove({ ...target, id, scope: scopeOf(args), force })).hint);
    },
  }),
  insert: counted({
    usage: 'insert DOMAIN DRIVE [IMAGE] [--now|--next]',
    description: 'Put a medium into a CD or floppy drive (vbd:hdc); without an image, take it out.',
    options: places,
    words: [2, 3],
    async run(args, domus) {
      const [word, id = '', path = null] = args.positionals;
      const target = onDomain(await domainOf(domus, word), domus);
      const { hardware } = await clientOf(domus);
      tell(domus, (await hardware.insert({ ...target, id, path, scope: scopeOf(args) })).hint);
    },
  }),
  revert: counted({
    usage: 'revert DOMAIN ITEM [NAME…]',
    description: 'Make its file say what runs: of the settings named, or of all.',
    words: [2, many],
    async run({ positionals: [word, id = '', ...fields] }, domus) {
      const target = onDomain(await domainOf(domus, word), domus);
      const named = fields.length > 0 ? { fields } : {};
      await (await clientOf(domus)).hardware.revert({ ...target, id, ...named });
    },
  }),
};
