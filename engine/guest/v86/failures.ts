/** What went wrong in a machine, in sentences. */
import { MachineError } from '../machine.ts';

/** A MachineError keeps its code; anything else is `failed`. */
export function refusalOf(error: unknown): { code: MachineError['code']; message: string } {
  const code = error instanceof MachineError ? error.code : 'failed';
  return { code, message: error instanceof Error ? error.message : String(error) };
}

/** A trap of the emulator in a sentence. */
export function describe(error: unknown): string {
  const what = error instanceof Error ? error.message : String(error);
  return what === 'unreachable'
    ? 'The processor gave up (triple fault or an instruction it does not have).'
    : `The machine failed: ${what}`;
}
