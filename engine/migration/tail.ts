import { viewOf } from './header.ts';
import { RECORD, TAIL_BYTES } from './layout.ts';

export { TAIL_BYTES };

/** Whether a file whose last `TAIL_BYTES` bytes these are was written to its end: a quick look, not the checksum. */
export function endsWhole(tail: Uint8Array): boolean {
  if (tail.length !== TAIL_BYTES) return false;
  const view = viewOf(tail);
  const words = [0, 4, 16, 20].map((at) => view.getUint32(at, true));
  return words.join() === [RECORD.checksum, 4, RECORD.end, 0].join();
}
