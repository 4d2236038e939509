import {
  type Json,
  parseVdispl,
  parseVkb,
  parseVsnd,
  parseVtpm,
  printDomainJson,
} from '../../../xlcfg/index.ts';
import { VDISPL, VKB, VSND, VTPM } from '../../../xlcfg/check/device-layout.ts';
import { arrange, type Fields } from '../../../xlcfg/check/schema.ts';
import type { SpecResult } from '../../../xlcfg/device/spec.ts';
import { findDomain, libxlError, type XlContext } from '../context.ts';
import type { Command, CommandTable } from '../program.ts';

/* Devices whose backends the embedded host lacks: read and shown in a dry run, refused live like on such a host. */

interface Kind {
  readonly name: string;
  readonly layout: Fields;
  readonly parse: (words: readonly string[]) => SpecResult<unknown>;
  /** No usage is printed for a misuse below this count of words. */
  readonly atLeast: number;
}

const joined =
  (parse: (spec: string) => SpecResult<unknown>) =>
  (words: readonly string[]): SpecResult<unknown> =>
    parse(words.join(','));

const kinds: readonly Kind[] = [
  { name: 'vtpm', layout: VTPM, parse: joined(parseVtpm), atLeast: 1 },
  { name: 'vkb', layout: VKB, parse: joined(parseVkb), atLeast: 2 },
  { name: 'vdispl', layout: VDISPL, parse: joined(parseVdispl), atLeast: 1 },
  { name: 'vsnd', layout: VSND, parse: parseVsnd, atLeast: 2 },
];

const attach = ({ name, layout, parse, atLeast }: Kind): Command<XlContext> => ({
  atLeast,
  async run({ positionals: [domain, ...words] }, { dryRun }, xl) {
    const { domid } = await findDomain(xl, domain);
    const result = parse(words);
    for (const { text } of result.warnings) xl.err(`${text}\n`);
    if (!result.ok) {
      xl.err(`${result.error.text}\n`);
      return 1;
    }
    if (dryRun) {
      const json: Json = arrange(layout, result.value);
      xl.out(`${name}: ${printDomainJson(json)}\n`);
      return 0;
    }
    libxlError(xl, `this host has no backend for ${name} devices`, domid);
    libxlError(xl, 'unable to add device');
    xl.err(`libxl_device_${name}_add failed.\n`);
    return 1;
  },
});

const detach = ({ name }: Kind): Command<XlContext> => ({
  atLeast: 2,
  async run({ positionals: [domain, device = ''] }, _, xl) {
    await findDomain(xl, domain);
    xl.err(
      name === 'vdispl' || name === 'vsnd' || name === 'vkb'
        ? `Error: Device ${device} not connected.\n`
        : `Unknown device ${device}.\n`,
    );
    return 1;
  },
});

export const otherDeviceCommands: CommandTable<XlContext> = Object.fromEntries(
  kinds.flatMap((kind) => [
    [`${kind.name}-attach`, attach(kind)],
    [`${kind.name}-detach`, detach(kind)],
  ]),
);
