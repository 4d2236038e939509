import { libxlError, type Xl } from '../context.ts';
import type { PipeReader } from '../pipes.ts';

/** What the two ends of a migration say to each other (behaviour §3); all but the banner end with a NUL. */
export const banner = 'xl migration receiver ready, send binary domain data.\n';
export const readyMessage = 'domain received, ready to unpause\0';
export const goMessage = 'domain is yours, you are cleared to unpause\0';
export const reportMessage = 'my copy unpause results are as follows\0';

export const bytesOf = (text: string): Uint8Array => Buffer.from(text, 'latin1');

/** What xl prints of a save's header: `info 0x3/0x0/1034`. */
export function headerInfo(header: {
  mandatoryFlags: number;
  optionalFlags: number;
  optionalDataBytes: number;
}): string {
  const hex = (value: number): string => `0x${value.toString(16)}`;
  return `info ${hex(header.mandatoryFlags)}/${hex(header.optionalFlags)}/${header.optionalDataBytes}`;
}

export const truncated = (xl: Xl, what: string, stream: string): void =>
  libxlError(xl, `file/stream truncated reading ${what} from ${stream}`);

/** Reads a message that must be exactly this one; else says what is wrong. `rune`: the command that sent it. */
export async function expectMessage(
  xl: Xl,
  reader: PipeReader,
  message: string,
  what: string,
  rune?: string,
): Promise<boolean> {
  const stream = rune === undefined ? 'migration stream' : 'migration receiver stream';
  const read = await reader.take(message.length);
  if (read === null) {
    truncated(xl, what, stream);
    return false;
  }
  if (Buffer.from(read).toString('latin1') === message) return true;
  xl.err(`${stream} contained unexpected data instead of ${what}\n`);
  if (rune !== undefined) xl.err(`(command run was: ${rune} )\n`);
  return false;
}
