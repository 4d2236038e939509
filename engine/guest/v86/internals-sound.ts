/** What is known of v86's Sound Blaster 16 from the inside. Names are those of v86 0.5.462. */
import type { Cpu, Emulator, IoPort } from './internals.ts';

export interface SoundBlaster {
  /** Of the transfer the guest's driver has asked for, until its next interrupt; 0 when there is none. */
  readonly dma_bytes_left: number;
  readonly dma_paused: boolean;
  /** Frames a second. */
  readonly sampling_rate: number;
  readonly dsp_stereo: boolean;
  /** What was played and not taken yet: left and right, -1 to 1. */
  readonly dac_buffers: readonly [{ readonly length: number }, { readonly length: number }];
}

/** Left and right, as many of each. */
export type PlayedBlock = readonly [Float32Array, Float32Array];

/** DSP and mixer, MPU-401, FM synthesizer: first port and how many. */
const PORTS = [
  [0x220, 16],
  [0x330, 2],
  [0x388, 2],
] as const;

interface CardedCpu extends Cpu {
  readonly io: { readonly ports: IoPort[]; create_empty_entry(): IoPort };
  readonly devices: Cpu['devices'] & { readonly sb16: SoundBlaster };
}

/** The board's sound card. Throws when this v86 is another version than Domus is made for. */
export function soundBlaster(cpu: Cpu): SoundBlaster {
  const { sb16 } = (cpu as CardedCpu).devices;
  const known =
    typeof sb16?.dma_bytes_left === 'number' &&
    typeof sb16.dma_paused === 'boolean' &&
    typeof sb16.sampling_rate === 'number' &&
    typeof sb16.dac_buffers?.[1]?.length === 'number';
  if (!known) throw new Error('This v86 is not the version Domus is made for: it has no such sound card.');
  return sb16;
}

/** v86 has the card in every machine; without its ports a guest finds none. */
export function takeSoundOut(cpu: Cpu): void {
  const { io } = cpu as CardedCpu;
  if (typeof io.create_empty_entry !== 'function')
    throw new Error('This v86 is not the version Domus is made for: it has no create_empty_entry.');
  for (const [first, count] of PORTS)
    for (let port = first; port < first + count; port += 1) io.ports[port] = io.create_empty_entry();
}

/** Hears each block that the card has played. */
export function onPlayed(emulator: Emulator, listener: (block: PlayedBlock) => void): void {
  emulator.add_listener('dac-send-data', listener);
}

/** Lets the card fetch and play one more block of the guest's; its driver gets the interrupt at the end of a transfer. */
export function playBlock(emulator: Emulator): void {
  emulator.bus.send('dac-request-data');
}
