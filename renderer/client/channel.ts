import type { RawChannel } from './raw-channel.ts';
import { session } from './session.ts';

export type { RawChannel } from './raw-channel.ts';

/**
 * Opens serial port `port` (0..3) of a domain, or its PV console of that number. Rejects with the engine's error when there is
 * no such domain or port, or with ENGINE_LOST when the engine cannot be reached.
 */
export async function openSerial(
  host: string,
  domain: string,
  port: number,
  type: 'serial' | 'pv' = 'serial',
): Promise<RawChannel> {
  const engine = session();
  const { ticket } = await engine.client.console.open({ host, domain, port, type });
  return engine.openChannel(ticket);
}

/**
 * Opens the graphical console of a domain: a channel that speaks RFB 3.8. `readOnly`: the guest hears nothing of it.
 * Rejects like `openSerial`, and with ERROR_NI on a host without graphical consoles.
 */
export async function openDisplay(host: string, domain: string, readOnly: boolean): Promise<RawChannel> {
  const engine = session();
  const { ticket } = await engine.client.display.open({ host, domain, readOnly });
  return engine.openChannel(ticket);
}

/** What a domain's sound card plays (`soundFormat`). Rejects like `openDisplay`. */
export async function openSound(host: string, domain: string): Promise<RawChannel> {
  const engine = session();
  const { ticket } = await engine.client.display.listen({ host, domain });
  return engine.openChannel(ticket);
}

/** Follows a log (`LogSource.id`): its newest part first. ERROR_NOTFOUND when there is no such log. */
export async function openLog(host: string, source: string): Promise<RawChannel> {
  const engine = session();
  const { ticket } = await engine.client.log.open({ host, source });
  return engine.openChannel(ticket);
}

/** A shell in Domain-0. ERROR_NI, with what to do, when this computer cannot give one. */
export async function openTerminal(
  host: string,
  size: { columns: number; rows: number },
): Promise<RawChannel> {
  const engine = session();
  const { ticket } = await engine.client.dom0.terminal({ host, ...size });
  return engine.openChannel(ticket);
}
