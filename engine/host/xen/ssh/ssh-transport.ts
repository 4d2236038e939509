import type { Duplex } from 'node:stream';
import { DomusError } from '../../../api/index.ts';
import { AsyncMutex } from '../../../lib/mutex.ts';
import type { Process, TerminalSize, Traffic, Transport } from '../shell/transport.ts';
import { NoSession, type SshConnection } from './connection.ts';

const maxConnections = 4;

interface Member {
  readonly connection: SshConnection;
  /** Sessions the server allows on it, once it has refused one. */
  limit: number;
}

/**
 * One SSH connection for everything; where the server allows only so many sessions on one (MaxSessions, 10 unless changed),
 * further ones are made for what does not fit, and ended when nothing is left on them.
 */
export class SshTransport implements Transport {
  readonly #more: () => Promise<SshConnection>;
  readonly #opening = new AsyncMutex();
  readonly #members: Member[];
  readonly #first: SshConnection;
  #endedTraffic = { sentBytes: 0, receivedBytes: 0 };

  /** `more` makes another connection like the first without asking anybody. */
  constructor(first: SshConnection, more: () => Promise<SshConnection>) {
    this.#first = first;
    this.#more = more;
    this.#members = [{ connection: first, limit: Infinity }];
  }

  onLost(listener: (error: Error) => void): void {
    this.#first.onLost(listener);
  }

  async spawn(line: string, terminal?: TerminalSize): Promise<Process> {
    const known = await this.#onKnown(line, terminal);
    return (
      known ??
      this.#opening.run(async () => (await this.#onKnown(line, terminal)) ?? this.#onNew(line, terminal))
    );
  }

  dial(host: string, port: number): Promise<Duplex> {
    return this.#first.dial(host, port);
  }

  traffic(): Traffic {
    const all = this.#members.map(({ connection }) => connection.traffic());
    const sum = (key: 'sentBytes' | 'receivedBytes'): number =>
      all.reduce((bytes, each) => bytes + each[key], this.#endedTraffic[key]);
    const { roundTripMs } = this.#first.traffic();
    return { sentBytes: sum('sentBytes'), receivedBytes: sum('receivedBytes'), roundTripMs };
  }

  end(): void {
    for (const { connection } of this.#members) connection.end();
  }

  async #onKnown(line: string, terminal?: TerminalSize): Promise<Process | null> {
    for (const member of [...this.#members]) {
      if (member.connection.sessions >= member.limit) continue;
      if (member.connection.lost && member.connection !== this.#first) continue;
      try {
        return await this.#spawnOn(member, line, terminal);
      } catch (error) {
        if (!(error instanceof NoSession)) throw error;
        if (member.connection.sessions === 0) throw noSessions();
        member.limit = member.connection.sessions;
      }
    }
    return null;
  }

  async #onNew(line: string, terminal?: TerminalSize): Promise<Process> {
    if (this.#first.lost) return this.#first.spawn(line, terminal);
    if (this.#members.length >= maxConnections) {
      throw new DomusError('ERROR_NOT_READY', 'Everything the SSH server of the host allows is in use.', {
        fix: 'Close some consoles or terminals, or raise MaxSessions in sshd_config on the host.',
      });
    }
    const member: Member = { connection: await this.#more(), limit: Infinity };
    this.#members.push(member);
    member.connection.onLost(() => this.#drop(member));
    return this.#spawnOn(member, line, terminal);
  }

  async #spawnOn(member: Member, line: string, terminal?: TerminalSize): Promise<Process> {
    const process = await member.connection.spawn(line, terminal);
    if (member.connection !== this.#first) void process.ended.then(() => this.#endIfIdle(member));
    return process;
  }

  #endIfIdle(member: Member): void {
    if (member.connection.sessions > 0) return;
    this.#drop(member);
    member.connection.end();
  }

  #drop(member: Member): void {
    const at = this.#members.indexOf(member);
    if (at < 0) return;
    this.#members.splice(at, 1);
    const { sentBytes, receivedBytes } = member.connection.traffic();
    this.#endedTraffic = {
      sentBytes: this.#endedTraffic.sentBytes + sentBytes,
      receivedBytes: this.#endedTraffic.receivedBytes + receivedBytes,
    };
  }
}

const noSessions = (): DomusError =>
  new DomusError('ERROR_INVAL', 'The SSH server of the host allows no sessions at all.', {
    fix: 'Set MaxSessions in sshd_config on the host to 1 or more (10 is usual).',
  });
