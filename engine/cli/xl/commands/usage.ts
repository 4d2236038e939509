import type { Output } from '../program.ts';
import { commandTexts, helpFor } from '../help.ts';

/** Prints the usage of a command on stdout, as xl does for a misuse that is not too few arguments. */
export function usage(output: Output, name: string): void {
  const text = commandTexts.find((one) => one.name === name);
  if (text) output.out(helpFor(text));
}
