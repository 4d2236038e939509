import { soundFormat } from '../../../engine/api/sound.ts';

/** What is played after silence waits so long, so that the next pieces come in time. Seconds, as all times here. */
const leadS = 0.12;
/** More than this waiting to be played, and the guest would be heard too late: what comes then is left out. */
const mostWaitingS = 0.5;

/** Decides when each piece of sound is played, so that pieces follow each other without a gap. Pure. */
export class SoundSchedule {
  #nextS = 0;

  /** When a piece of so many frames begins, by the clock that says `nowS`; null when it is left out. */
  place(nowS: number, frames: number): number | null {
    if (this.#nextS < nowS) this.#nextS = nowS + leadS;
    if (this.#nextS - nowS > mostWaitingS) return null;
    const atS = this.#nextS;
    this.#nextS += frames / soundFormat.rate;
    return atS;
  }
}

/** Samples of a data frame (whole frames of sound) as left and right, -1 to 1. */
export function samplesOf(
  bytes: Uint8Array,
): readonly [Float32Array<ArrayBuffer>, Float32Array<ArrayBuffer>] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const frames = Math.floor(bytes.length / soundFormat.bytesPerFrame);
  const side = (first: number): Float32Array<ArrayBuffer> =>
    Float32Array.from({ length: frames }, (_, at) => view.getInt16(at * 4 + first, true) / 32_768);
  return [side(0), side(2)];
}
