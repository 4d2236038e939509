/** A machine's state between the engine and the worker, a piece at a time: nobody holds all of it. */
import { MachineError, type MachineStatePart } from '../machine.ts';
import type { CallName, Calls } from './protocol.ts';

export interface StateCalls {
  call<Name extends CallName>(name: Name, argument: Calls[Name]['argument']): Promise<Calls[Name]['result']>;
}

const PIECE_BYTES = 1024 * 1024;
/** The compressed block of a machine with the most video memory, all of it noise. */
const MOST_DEVICE_BYTES = 320 * 1024 * 1024;

/** The devices are taken first, when all disk operations have ended: what these wrote into memory is in the pages then. */
export async function* saveState(worker: StateCalls): AsyncGenerator<MachineStatePart> {
  const devices = await worker.call('saveDevices', undefined);
  for (let from: number | null = 0; from !== null;) {
    const { pages, next }: Calls['readPages']['result'] = await worker.call('readPages', from);
    if (pages.numbers.length > 0) yield pages;
    from = next;
  }
  for (let at = 0; at < devices.length; at += PIECE_BYTES) {
    yield { kind: 'devices', bytes: devices.subarray(at, at + PIECE_BYTES) };
  }
}

/** Rejects with MachineError `failed` for a state that does not fit, and with what the stream itself fails with. */
export async function restoreState(
  worker: StateCalls,
  parts: AsyncIterable<MachineStatePart>,
): Promise<void> {
  const devices: Uint8Array[] = [];
  let deviceBytes = 0;
  for await (const part of parts) {
    if (part.kind === 'pages') {
      await worker.call('writePages', part);
      continue;
    }
    devices.push(part.bytes);
    deviceBytes += part.bytes.length;
    if (deviceBytes > MOST_DEVICE_BYTES)
      throw new MachineError('failed', 'The saved state of the devices is too large.');
  }
  await worker.call('restoreDevices', Buffer.concat(devices));
}
