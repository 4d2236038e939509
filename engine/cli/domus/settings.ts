import type { z } from 'zod';
import { type FieldValue, hardwareKind, type HardwareKind, hardwareSettings } from '../../api/hardware.ts';
import { Exit } from '../xl/context.ts';

type Shape = Readonly<Record<string, z.ZodType>>;

const refuse = (message: string): never => {
  throw new Exit(2, `domus: ${message}\n`);
};

/** `NAME=VALUE` of the command line; the value may hold `=`. */
function pair(word: string): readonly [name: string, text: string] {
  const at = word.indexOf('=');
  return at > 0
    ? [word.slice(0, at), word.slice(at + 1)]
    : refuse(`"${word}" is not of the form NAME=VALUE.`);
}

/** A typed text as the setting takes it: nothing (where it may be), a text, a number, a switch. */
function valueOf(schema: z.ZodType, text: string): FieldValue {
  const tries: readonly FieldValue[] = [
    ...(text === '' ? [null] : []),
    text,
    ...(/^-?\d+(\.\d+)?$/.test(text) ? [Number(text)] : []),
    ...(text === 'true' || text === 'false' ? [text === 'true'] : []),
  ];
  // The engine says what is wrong with a value that nothing takes.
  const [fitting = text] = tries.filter((value) => schema.safeParse(value).success);
  return fitting;
}

/** Settings of a kind of hardware from words such as `rate=10Mb/s`; ends the command for names the kind has not got. */
export function settingsOf(kind: HardwareKind, words: readonly string[]): Record<string, FieldValue> {
  const shape: Shape = hardwareSettings[kind].shape;
  return Object.fromEntries(
    words.map((word) => {
      const [name, text] = pair(word);
      const schema = Object.hasOwn(shape, name) ? shape[name] : undefined;
      if (schema) return [name, valueOf(schema, text)];
      return refuse(`${kind} has no ${name}. It has: ${Object.keys(shape).join(', ')}.`);
    }),
  );
}

/** The kind of `vif:0` or `memory`. */
export function kindOf(item: string): HardwareKind {
  const kind = hardwareKind.safeParse(item.split(':')[0]);
  return kind.data ?? refuse(`${item} is no item of hardware. \`domus hardware DOMAIN\` lists them.`);
}
