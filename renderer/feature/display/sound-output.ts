import { soundFormat } from '../../../engine/api/sound.ts';
import { samplesOf, SoundSchedule } from './sound-schedule.ts';

/** Where sound goes. */
export interface SoundOutput {
  /** One data frame of the channel. */
  play(bytes: Uint8Array): void;
  /** 0 to 1. */
  volume(value: number): void;
  close(): void;
}

/** Loudness is felt as a power of the amplitude. */
const gainOf = (volume: number): number => Math.max(0, Math.min(1, volume)) ** 2;

/** The loudspeakers of this computer. Call it from a click: browsers let no page speak up by itself. */
export function openSpeakers(volume: number): SoundOutput {
  // At the channel's rate pieces join without being resampled one by one, which would be heard.
  const context = new AudioContext({ sampleRate: soundFormat.rate });
  const gain = new GainNode(context, { gain: gainOf(volume) });
  gain.connect(context.destination);
  void context.resume();
  const schedule = new SoundSchedule();
  return {
    play(bytes) {
      const sides = samplesOf(bytes);
      const frames = sides[0].length;
      if (frames === 0 || context.state !== 'running') return;
      const at = schedule.place(context.currentTime, frames);
      if (at === null) return;
      const buffer = context.createBuffer(soundFormat.channels, frames, soundFormat.rate);
      sides.forEach((samples, side) => buffer.copyToChannel(samples, side));
      const source = new AudioBufferSourceNode(context, { buffer });
      source.connect(gain);
      source.start(at);
    },
    volume: (value) => gain.gain.setTargetAtTime(gainOf(value), context.currentTime, 0.02),
    close: () => void context.close(),
  };
}
