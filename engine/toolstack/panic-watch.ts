import type { MachineExit } from '../guest/machine.ts';

const marker = Buffer.from('Kernel panic - not syncing');
/** Kept of what came before, so that a marker cut in two is found. */
const tailBytes = marker.length - 1;
const maxLineBytes = 200;

/**
 * Hears a Linux kernel panic on the serial console. On emulated hardware a guest has no way to tell the host that it crashed:
 * a kernel with `panic=` resets the machine, which looks like a reboot. With its last words in the ear it is a crash.
 */
export class PanicWatch {
  #tail: Buffer = Buffer.alloc(0);
  #line: string | null = null;

  /** Output of the guest, in pieces as they come. */
  feed(bytes: Uint8Array): void {
    if (this.#line !== null) return;
    const text = Buffer.concat([this.#tail, bytes]);
    const at = text.indexOf(marker);
    if (at >= 0) this.#line = firstLine(text.subarray(at, at + maxLineBytes));
    else this.#tail = text.subarray(Math.max(0, text.length - tailBytes));
  }

  /** The end of the guest as it is to be understood. */
  judge(exit: MachineExit): MachineExit {
    if (this.#line === null || exit.reason !== 'reboot') return exit;
    return { reason: 'crash', detail: `The guest reported: ${this.#line}` };
  }
}

function firstLine(bytes: Buffer): string {
  const text = bytes.toString('latin1');
  return text.split(/[\r\n]/, 1)[0]?.replace(/[^\x20-\x7e]/g, '?') ?? text;
}
