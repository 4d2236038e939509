import type { Xl } from '../context.ts';

/** What a person has to do in a guest without an agent; the real xl has nothing to say there. */
export function sayHint(xl: Xl, { hint }: { readonly hint: string | null }): number {
  if (hint !== null) xl.err(`xl: nothing in the guest looks for its hardware: type this in it: ${hint}\n`);
  return 0;
}
