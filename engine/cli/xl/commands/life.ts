import type { z } from 'zod';
import type { triggerName } from '../../../api/dom0.ts';
import { attemptOn, findDomain, type Found, libxlError, type Xl, type XlContext } from '../context.ts';
import { flag, has, leadingInt } from '../given.ts';
import type { Options } from '../getopt.ts';
import type { Command, CommandTable } from '../program.ts';
import { usage } from './usage.ts';

type TriggerName = z.infer<typeof triggerName>;

/** pause and unpause report success even when libxl failed (xl-commands §1). */
const simple = (verb: 'pause' | 'unpause'): Command<XlContext> => ({
  atLeast: 1,
  async run({ positionals }, _, xl) {
    const found = await findDomain(xl, positionals[0]);
    await attemptOn(xl, found, (client, target) => client.domain[verb](target));
    return 0;
  },
});

async function destroy(args: Options, xl: Xl): Promise<number> {
  const found = await findDomain(xl, args.positionals[0]);
  if (found.domid === 0 && !has(args, 'f')) {
    xl.err(
      'Not destroying domain 0; use -f to force.\n' +
        'This can only be done when using a disaggregated hardware domain and toolstack.\n\n',
    );
    return 1;
  }
  const done = await attemptOn(xl, found, (client, target) => client.domain.destroy(target));
  if (done.ok) return 0;
  if (!found.row) {
    libxlError(xl, 'Unable to destroy guest', found.domid);
    libxlError(xl, 'Destruction of domain failed', found.domid);
  }
  xl.err(`destroy failed (rc=${done.rc})\n`);
  return 1;
}

async function rename([domain = '', name = '']: readonly string[], xl: Xl): Promise<number> {
  const found = await findDomain(xl, domain);
  const done = await attemptOn(xl, found, (client, target) => client.live.rename({ ...target, name }));
  if (done.ok) return 0;
  xl.err(`Can't rename domain '${domain}'.\n`);
  return 1;
}

const triggers: readonly TriggerName[] = ['nmi', 'reset', 'init', 'power', 'sleep', 's3resume'];

const sendTrigger = (xl: Xl, found: Found, trigger: TriggerName): Promise<unknown> =>
  attemptOn(xl, found, (client, target) => client.live.trigger({ ...target, trigger }));

async function trigger([domain, word = '', vcpu]: readonly string[], xl: Xl): Promise<number> {
  const found = await findDomain(xl, domain);
  const name = triggers.find((one) => one === word.toLowerCase());
  if (!name) {
    xl.err(`Invalid trigger "${word}"\n`);
    return 1;
  }
  if (vcpu !== undefined && leadingInt(vcpu) === 0 && !/^\s*[+-]?\d/.test(vcpu))
    xl.err('Invalid vcpuid, using default vcpuid=0.\n\n');
  await sendTrigger(xl, found, name);
  return 0;
}

async function pressButton([domain, button = '']: readonly string[], xl: Xl): Promise<number> {
  xl.err('WARNING: "button-press" is deprecated. Please use "trigger"\n');
  const found = await findDomain(xl, domain);
  if (button !== 'power' && button !== 'sleep') {
    xl.err(`${button} is an invalid button identifier\n`);
    return 1;
  }
  await sendTrigger(xl, found, button);
  return 0;
}

async function sysrq([domain, letter = '']: readonly string[], xl: Xl): Promise<number> {
  const found = await findDomain(xl, domain);
  if (letter.length !== 1) {
    xl.err('Invalid sysrq.\n\n');
    usage(xl, 'sysrq');
    return 1;
  }
  await attemptOn(xl, found, (client, target) => client.live.sysrq({ ...target, letter }));
  return 0;
}

async function dumpCore([domain, file = '']: readonly string[], xl: Xl): Promise<number> {
  const found = await findDomain(xl, domain);
  const path = xl.files.absolute(file);
  const done = await attemptOn(xl, found, (client, target) => client.live.dumpCore({ ...target, path }));
  if (done.ok) return 0;
  xl.err(`core dump failed (rc=${done.rc})\n`);
  return 1;
}

export const lifeCommands: CommandTable<XlContext> = {
  pause: simple('pause'),
  unpause: simple('unpause'),
  destroy: { options: [flag('f')], atLeast: 1, run: (args, _, xl) => destroy(args, xl) },
  rename: { atLeast: 2, run: (args, _, xl) => rename(args.positionals, xl) },
  trigger: { atLeast: 2, run: (args, _, xl) => trigger(args.positionals, xl) },
  'button-press': { atLeast: 2, run: (args, _, xl) => pressButton(args.positionals, xl) },
  sysrq: { atLeast: 2, run: (args, _, xl) => sysrq(args.positionals, xl) },
  'dump-core': { atLeast: 2, run: (args, _, xl) => dumpCore(args.positionals, xl) },
};
