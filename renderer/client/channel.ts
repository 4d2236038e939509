import type { RawChannel } from './raw-channel.ts';
import { session } from './session.ts';

export type { RawChannel } from './raw-channel.ts';

/**
 * Opens serial port `port` (0..3) of a domain. Rejects with the engine's error when there is no such domain or port, or
 * with ENGINE_LOST when the engine cannot be reached.
 */
export async function openSerial(host: string, domain: string, port: number): Promise<RawChannel> {
  const engine = session();
  const { ticket } = await engine.client.console.open({ host, domain, port });
  return engine.openChannel(ticket);
}
