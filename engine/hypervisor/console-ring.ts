import { ByteRing } from '../lib/byte-ring.ts';

/** Xen's default `conring_size`. */
export const defaultRingBytes = 16 * 1024;

/** A line longer than this is cut: one caller must not be able to wipe the ring. */
const maxLineBytes = 1024;

/** What `xl dmesg` reads: the last bytes the hypervisor said, each line beginning with `(XEN) `. */
export class ConsoleRing {
  #ring: ByteRing;

  /** `sizeBytes` ≥ 1, as the boot option `conring_size`. */
  constructor(sizeBytes = defaultRingBytes) {
    this.#ring = new ByteRing(sizeBytes);
  }

  /** Adds one line per line of `text`. Control bytes other than tab are shown as `?`. */
  log(text: string): void {
    for (const line of text.split('\n')) {
      const clean = line.replace(/[\x00-\x08\x0b-\x1f\x7f]/g, '?').slice(0, maxLineBytes);
      this.#ring.append(new TextEncoder().encode(`(XEN) ${clean}\n`));
    }
  }

  /** All that is held, oldest first. After an overflow it begins in the middle of a line, as on a real host. */
  read(): Uint8Array {
    return this.#ring.read().bytes;
  }

  /** `read` as text; a character cut in half by the overflow is dropped. */
  text(): string {
    const bytes = this.read();
    let start = 0;
    while (start < bytes.length && start < 3 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start += 1;
    return new TextDecoder().decode(bytes.subarray(start));
  }

  /** What came since `offset` (0 at first): for followers. `end` is the next offset. */
  since(offset: number): { bytes: Uint8Array; end: number; lost: number } {
    const { bytes, end, lost } = this.#ring.read(offset);
    return { bytes, end, lost };
  }

  /** `xl dmesg -c` clears after reading. */
  clear(): void {
    this.#ring.clear();
  }
}
