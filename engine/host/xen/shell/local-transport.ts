import { connect } from 'node:net';
import { PassThrough, type Duplex, Writable } from 'node:stream';
import type * as NodePty from 'node-pty';
import { DomusError } from '../../../api/index.ts';
import { startLocally } from './local-process.ts';
import type { Ending, Process, TerminalSize, Traffic, Transport } from './transport.ts';

/** This computer, when it is a dom0 itself. */
export class LocalTransport implements Transport {
  readonly #children = new Set<{ kill(): void }>();

  async spawn(line: string, terminal?: TerminalSize): Promise<Process> {
    if (terminal) return this.#onTerminal(line, terminal);
    const process = await startLocally('/bin/sh', ['-c', line]);
    this.#children.add(process);
    void process.ended.then(() => this.#children.delete(process));
    return process;
  }

  dial(host: string, port: number): Promise<Duplex> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host, port });
      socket.once('connect', () => resolve(socket));
      socket.once('error', (error) =>
        reject(new DomusError('ERROR_FAIL', `${host}:${port} cannot be reached: ${error.message}.`)),
      );
    });
  }

  /** Nothing goes over a wire. */
  traffic(): Traffic {
    return { sentBytes: 0, receivedBytes: 0, roundTripMs: null };
  }

  close(): void {
    for (const child of this.#children) child.kill();
  }

  async #onTerminal(line: string, size: TerminalSize): Promise<Process> {
    const { spawn: spawnPty } = await loadPty();
    const pty = spawnPty('/bin/sh', ['-c', line], {
      name: 'xterm-256color',
      cols: size.columns,
      rows: size.rows,
      encoding: null,
    });
    const process = ptyProcess(pty);
    this.#children.add(process);
    void process.ended.then(() => this.#children.delete(process));
    return process;
  }
}

async function loadPty(): Promise<typeof NodePty> {
  try {
    return await import('node-pty');
  } catch {
    throw new DomusError(
      'ERROR_NI',
      'A terminal on this computer needs node-pty, whose native part is not there.',
      {
        fix: 'Install a C++ compiler, make and Python, then run: npm rebuild node-pty',
      },
    );
  }
}

function ptyProcess(pty: NodePty.IPty): Process {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const stdin = new Writable({
    write(chunk: Uint8Array, _encoding, done) {
      pty.write(Buffer.from(chunk));
      done();
    },
  });
  pty.onData((data: string | Uint8Array) => {
    if (!stdout.write(data)) pty.pause();
  });
  stdout.on('drain', () => pty.resume());
  const ended = new Promise<Ending>((resolve) => {
    pty.onExit(({ exitCode }) => {
      stdout.end();
      stderr.end();
      resolve({ code: exitCode, signal: null });
    });
  });
  return {
    stdin,
    stdout,
    stderr,
    ended,
    resize: ({ columns, rows }) => pty.resize(columns, rows),
    kill: () => pty.kill(),
  };
}
