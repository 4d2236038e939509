/** What a machine's sound card plays (see machine.ts). */

/** Sound of one moment, as the guest's program made it. */
export interface SoundChunk {
  /** Frames a second: 4000 to 48000. The guest may change it at any time. */
  readonly rate: number;
  /** 16 bits each, left and right in turn; at most `MAX_CHUNK_FRAMES` of both. */
  readonly samples: Int16Array;
}

export const MAX_CHUNK_FRAMES = 8192;

/** Silent while the guest plays nothing, while it is paused and after its end. */
export interface MachineSound {
  /**
   * Hears what the guest plays, at the pace it is played. One listener at a time; without one nothing leaves the machine, but
   * the card keeps its time, as the guest's driver expects.
   */
  listen(listener: (chunk: SoundChunk) => void): () => void;
}
