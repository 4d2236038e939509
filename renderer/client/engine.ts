import { createORPCClient, DynamicLink } from '@orpc/client';
import type { ContractRouterClient } from '@orpc/contract';
import type { Contract } from '../../engine/api/contract.ts';
import { DomusError } from '../../engine/api/error.ts';
import { Connection, type ConnectionOptions, type ConnectionStatus } from './connection.ts';
import type { RawChannel } from './raw-channel.ts';
import type { Transport } from './transport.ts';

/** Every call of the contract, typed. */
export type EngineClient = ContractRouterClient<Contract>;

export interface Engine {
  /** Calls go over whatever line is up; without one they fail with ENGINE_LOST at once. */
  readonly client: EngineClient;
  readonly connection: Connection;
  openChannel(ticket: string): Promise<RawChannel>;
}

export interface EngineListeners {
  onStatus(status: ConnectionStatus): void;
  /** A line is up: load the state and follow it until `lost` is aborted. */
  onOnline(client: EngineClient, lost: AbortSignal): void;
}

export function createEngine(transport: Transport, listeners: EngineListeners): Engine {
  const options: ConnectionOptions = {
    transport,
    onStatus: (status) => listeners.onStatus(status),
    onLine: (_line, lost) => listeners.onOnline(client, lost),
  };
  const connection = new Connection(options);
  const link = new DynamicLink<Record<never, never>>(() => {
    if (connection.line) return connection.line.link;
    throw new DomusError('ENGINE_LOST', 'There is no connection to the engine just now.', {
      fix: 'Domus reconnects by itself; try again in a moment.',
    });
  });
  const client: EngineClient = createORPCClient(link);
  return { client, connection, openChannel: (ticket) => transport.openChannel(ticket) };
}
