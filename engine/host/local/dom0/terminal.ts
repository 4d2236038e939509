import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type * as NodePty from 'node-pty';
import { DomusError } from '../../../api/index.ts';
import { ConsoleReader, type ReaderHost } from '../../../display/console-reader.ts';
import { ByteRing } from '../../../lib/byte-ring.ts';
import { loadPty } from '../../../toolstack/channels/pty.ts';
import type { ByteStream } from '../../host.ts';
import type { HostContext } from '../context.ts';

const scrollback = 256 * 1024;
/** More than this unread stops the shell until the reader has caught up. */
const pauseAboveBytes = 64 * 1024;
const resumeBelowBytes = 16 * 1024;
const maxTerminals = 32;

/** What of the engine's own environment a shell gets; everything else, secrets included, it does not. */
const passedOn = [
  'HOME',
  'USER',
  'LOGNAME',
  'LANG',
  'LC_ALL',
  'LC_CTYPE',
  'TZ',
  'TMPDIR',
  'SystemRoot',
  'USERPROFILE',
];

export interface TerminalPlaces {
  /** What DOMUS_STATE should be for this engine to be found. */
  readonly stateDirectory: string;
  /** Has `xl` and friends. */
  readonly binDirectory: string;
  readonly xenstoreSocket: string;
}

/** The environment of a dom0 shell: `xl` first on PATH, and what finds this engine. */
export function terminalEnvironment(
  host: string,
  places: TerminalPlaces,
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const kept = passedOn.flatMap((name) => {
    const value = env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    ...Object.fromEntries(kept),
    PATH: [places.binDirectory, env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin'].join(delimiter),
    TERM: 'xterm-256color',
    COLORTERM: 'truecolor',
    DOMUS_STATE: places.stateDirectory,
    DOMUS_HOST: host,
    XENSTORED_PATH: places.xenstoreSocket,
    PS1: 'dom0:\\w# ',
  };
}

function shell(env: Readonly<Record<string, string | undefined>>): { file: string; args: string[] } {
  if (process.platform === 'win32') return { file: env['COMSPEC'] ?? 'cmd.exe', args: [] };
  const bash = ['/bin/bash', '/usr/bin/bash', '/usr/local/bin/bash'].find((path) => existsSync(path));
  return bash ? { file: bash, args: ['--norc', '--noprofile'] } : { file: '/bin/sh', args: [] };
}

function needPty(): NonNullable<ReturnType<typeof loadPty>> {
  const pty = loadPty();
  if (pty) return pty;
  throw new DomusError('ERROR_NI', 'The terminal needs node-pty, whose native part is not there.', {
    fix: 'Install a C++ compiler, make and Python, then run: npm rebuild node-pty',
  });
}

/** The shells of one host. */
export class Terminals {
  readonly #host: HostContext;
  readonly #places: TerminalPlaces;
  readonly #open = new Set<PtyStream>();

  constructor(host: HostContext, places: TerminalPlaces) {
    this.#host = host;
    this.#places = places;
  }

  /** A new shell in dom0's tree. ERROR_NI without node-pty, ERROR_NOT_READY with 32 of them open. */
  open(size: { columns: number; rows: number }): ByteStream {
    const pty = needPty();
    if (this.#open.size >= maxTerminals) {
      throw new DomusError('ERROR_NOT_READY', `${maxTerminals} terminals are open already.`, {
        fix: 'Close one of them.',
      });
    }
    const { file, args } = shell(process.env);
    const process_ = pty.spawn(file, args, {
      name: 'xterm-256color',
      cols: size.columns,
      rows: size.rows,
      cwd: this.#host.stateDir.root,
      env: terminalEnvironment(this.#host.id, this.#places, process.env),
      encoding: null,
    });
    const stream = new PtyStream(process_, () => this.#open.delete(stream));
    this.#open.add(stream);
    return stream.reader;
  }

  close(): void {
    for (const stream of [...this.#open]) stream.leave();
  }
}

/** One shell and its one reader: a reader that stops reading stops the shell. */
class PtyStream implements ReaderHost {
  readonly ring = new ByteRing(scrollback);
  readonly reader: TerminalReader;
  readonly #pty: NodePty.IPty;
  readonly #onGone: () => void;
  #unread = 0;
  #paused = false;
  #ended = false;
  #left = false;

  constructor(pty: NodePty.IPty, onGone: () => void) {
    this.#pty = pty;
    this.#onGone = onGone;
    this.reader = new TerminalReader(this, (columns, rows) => this.#resize(columns, rows));
    this.reader.mark(0, { event: 'attached', detail: '' });
    pty.onData((data: string | Uint8Array) =>
      this.#output(typeof data === 'string' ? Buffer.from(data) : data),
    );
    pty.onExit(({ exitCode }) => this.#exited(exitCode));
  }

  write(bytes: Uint8Array): number {
    if (this.#ended) return 0;
    this.#pty.write(Buffer.from(bytes));
    return bytes.length;
  }

  /** The reader has gone: nobody will ever see what the shell does. */
  leave(): void {
    if (this.#left) return;
    this.#left = true;
    this.#onGone();
    if (!this.#ended) this.#pty.kill();
  }

  taken(bytes: number): void {
    this.#unread -= bytes;
    if (!this.#paused || this.#unread > resumeBelowBytes || this.#ended) return;
    this.#paused = false;
    this.#pty.resume();
  }

  #output(bytes: Uint8Array): void {
    this.#unread += bytes.length;
    this.ring.append(bytes);
    if (this.#unread > pauseAboveBytes && !this.#paused) {
      this.#paused = true;
      this.#pty.pause();
    }
    this.reader.pump();
  }

  #resize(columns: number, rows: number): void {
    if (!this.#ended && columns >= 2 && rows >= 2) this.#pty.resize(columns, rows);
  }

  #exited(code: number): void {
    this.#ended = true;
    this.reader.mark(this.ring.end, { event: 'ended', detail: `The shell ended with code ${code}.` });
    this.#onGone();
  }
}

class TerminalReader extends ConsoleReader {
  readonly #stream: PtyStream;
  readonly #onResize: (columns: number, rows: number) => void;

  constructor(stream: PtyStream, onResize: (columns: number, rows: number) => void) {
    super(stream, 0);
    this.#stream = stream;
    this.#onResize = onResize;
  }

  override onData(listener: (bytes: Uint8Array) => void): void {
    super.onData((bytes) => {
      this.#stream.taken(bytes.length);
      listener(bytes);
    });
  }

  override resize(columns: number, rows: number): void {
    this.#onResize(columns, rows);
  }
}

/** Names under which the command line goes. */
export const toolNames = [
  'xl',
  'xentop',
  'domus',
  ...['ls', 'read', 'write', 'list', 'exists', 'rm', 'chmod', 'watch', 'control'].map(
    (mode) => `xenstore-${mode}`,
  ),
];

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/**
 * The script behind one name. The shell's own executable can be asked to be Node only where its makers allow that; a
 * packaged Domus does not, so Node is looked for on PATH then.
 */
export function wrapper(
  name: string,
  cli: string,
  runtime: { execPath: string; isElectron: boolean },
): string {
  const line = (node: string): string => `exec ${node} ${quoted(cli)} ${name} "$@"`;
  if (!runtime.isElectron) return `#!/bin/sh\n${line(quoted(runtime.execPath))}\n`;
  const missing = `echo '${name}: Node.js is needed for the command line: install it, and have it on PATH.' >&2`;
  return `#!/bin/sh\ncommand -v node >/dev/null || { ${missing}; exit 127; }\n${line('node')}\n`;
}

export const binDirectory = (root: string): string => join(root, 'var', 'run', 'domus', 'bin');
