import type { IncomingMigration, MigrationTools, OutgoingMigration, SendRequest } from '../../migrate.ts';
import type { SaveParts } from '../saves/save.ts';
import { Incoming } from './incoming.ts';
import { Outgoing } from './outgoing.ts';

/** Migrations of the embedded host's domains. */
export class LocalMigrations implements MigrationTools {
  readonly #parts: SaveParts;

  constructor(parts: SaveParts) {
    this.#parts = parts;
  }

  send(domain: string, request: SendRequest): OutgoingMigration {
    return new Outgoing(this.#parts, domain, request);
  }

  receive(): IncomingMigration {
    return new Incoming(this.#parts);
  }
}
