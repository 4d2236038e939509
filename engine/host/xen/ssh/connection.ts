import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Client, ClientChannel } from 'ssh2';
import { DomusError } from '../../../api/index.ts';
import { clean } from '../shell/text.ts';
import type { Ending, Process, TerminalSize, Traffic } from '../shell/transport.ts';

/** No room for another session on this connection (sshd's MaxSessions). */
export class NoSession extends Error {}

/** One authenticated SSH connection. */
export class SshConnection {
  readonly #client: Client;
  readonly #socket: Socket;
  readonly #below: SshConnection | null;
  #lost: Error | null = null;
  readonly #onLost: ((error: Error) => void)[] = [];
  #sessions = 0;
  #roundTripMs: number | null = null;

  constructor(client: Client, socket: Socket, below: SshConnection | null) {
    this.#client = client;
    this.#socket = socket;
    this.#below = below;
    client.on('error', (error) => this.#goes(inWords(error)));
    client.on('close', () => this.#goes(new Error('the connection was closed')));
  }

  get lost(): boolean {
    return this.#lost !== null;
  }

  /** Sessions that are open now. */
  get sessions(): number {
    return this.#sessions;
  }

  onLost(listener: (error: Error) => void): void {
    if (this.#lost) listener(this.#lost);
    else this.#onLost.push(listener);
  }

  /**
   * Rejects with NoSession when the server allows no more sessions, with DomusError otherwise: ERROR_NOT_READY when the command
   * was not sent, a sentence with "done or not" when nobody knows.
   */
  spawn(line: string, terminal?: TerminalSize): Promise<Process> {
    const pty = terminal && {
      pty: { cols: terminal.columns, rows: terminal.rows, term: 'xterm-256color' },
    };
    return new Promise((resolve, reject) => {
      if (this.#lost) return reject(gone());
      const begun = performance.now();
      this.#client.exec(line, pty ?? {}, (error, channel) => {
        // Two turns: the channel, then the command.
        this.#roundTripMs = (performance.now() - begun) / 2;
        if (error) reject(this.#lost ? lostAtStart() : refusal(error));
        else resolve(this.#process(channel));
      });
    });
  }

  dial(host: string, port: number): Promise<Duplex> {
    return new Promise((resolve, reject) => {
      if (this.#lost) return reject(gone());
      this.#client.forwardOut('127.0.0.1', 0, host, port, (error, channel) => {
        if (!error) return resolve(channel);
        reject(
          new DomusError(
            'ERROR_FAIL',
            `The host made no connection to its port ${host}:${port} (${clean(error.message, 200)}).`,
            {
              fix: 'Is something listening there, and does sshd on the host allow AllowTcpForwarding?',
            },
          ),
        );
      });
    });
  }

  traffic(): Traffic {
    const { bytesWritten, bytesRead } = this.#socket;
    const below = this.#below?.traffic() ?? { sentBytes: bytesWritten, receivedBytes: bytesRead };
    return { ...below, roundTripMs: this.#roundTripMs };
  }

  end(): void {
    this.#client.end();
    this.#client.destroy();
    this.#below?.end();
  }

  #goes(error: Error): void {
    // A key that could not sign is no end of a connection.
    if ((error as { level?: string }).level === 'agent' || this.#lost) return;
    this.#lost = error;
    this.#client.destroy();
    this.#below?.end();
    for (const listener of this.#onLost.splice(0)) listener(error);
  }

  #process(channel: ClientChannel): Process {
    this.#sessions += 1;
    const ended = new Promise<Ending>((resolve) => {
      let ending: Ending = { code: null, signal: null };
      channel.on('exit', (code: number | null, signal?: string) => {
        ending = { code, signal: signal ?? null };
      });
      channel.on('close', () => {
        this.#sessions -= 1;
        resolve(ending);
      });
    });
    channel.on('error', () => undefined);
    return {
      stdin: channel,
      stdout: channel,
      stderr: channel.stderr,
      ended,
      resize: ({ columns, rows }) => channel.setWindow(rows, columns, 0, 0),
      kill: () => endChannel(channel),
    };
  }
}

/** What ssh2 calls a silence. */
const inWords = (error: Error): Error =>
  error.message === 'Keepalive timeout' ? new Error('it does not answer any more') : error;

/** Both halves of what can be done: newer servers pass the signal on, others close what the process reads and writes. */
function endChannel(channel: ClientChannel): void {
  try {
    channel.signal('TERM');
    channel.close();
  } catch {
    // It is closed.
  }
  channel.resume();
  channel.stderr.resume();
}

const gone = (): DomusError =>
  new DomusError('ERROR_NOT_READY', 'The connection to the host is lost.', {
    fix: 'It is made again by itself; try again then.',
  });

/** The command was sent and its start not confirmed: it may run. */
const lostAtStart = (): DomusError =>
  new DomusError(
    'ERROR_FAIL',
    'The connection was lost while the host was starting a command: it may have been done or not.',
    { fix: 'When the host is connected again its domains show what is so.' },
  );

function refusal(error: Error & { reason?: unknown }): Error {
  if (/open fail/i.test(error.message)) return new NoSession(error.message);
  return new DomusError('ERROR_FAIL', `The host started no command (${clean(error.message, 200)}).`, {
    fix: 'Does the account on the host allow commands (no ForceCommand, no restricted shell)?',
  });
}
