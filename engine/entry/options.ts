import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

/**
 * How the engine was asked to run. `desktop`: under the shell, clients come as message ports. `browser`: also a page on
 * loopback TCP. `daemon`: the Unix socket only, until stopped.
 */
export interface EngineArguments {
  readonly mode: 'desktop' | 'browser' | 'daemon';
  /** Absolute. Everything that is kept is below it. */
  readonly stateDirectory: string;
  /** TCP port that must be used; null: the first free one from `firstPort` on. */
  readonly port: number | null;
}

/** Wrong arguments; the message is for the person who typed them. */
export class UsageError extends Error {}

type Environment = Readonly<Record<string, string | undefined>>;

const modes: readonly string[] = ['desktop', 'browser', 'daemon'];

/** Where state is kept by default: the place the system has for it. */
export function defaultStateDirectory(
  env: Environment,
  platform: NodeJS.Platform = process.platform,
  home: string = homedir(),
): string {
  if (env['DOMUS_STATE']) return resolve(env['DOMUS_STATE']);
  if (platform === 'win32') return join(env['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local'), 'domus');
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'domus');
  const data = env['XDG_DATA_HOME'];
  // The XDG specification: a relative path there is to be ignored.
  return join(data && isAbsolute(data) ? data : join(home, '.local', 'share'), 'domus');
}

function parsePort(text: string | undefined): number | null {
  if (text === undefined) return null;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port >= 1 && port <= 65_535) return port;
  throw new UsageError(`"${text}" is not a port: use a number from 1 to 65535.`);
}

/** `MODE [--state DIR] [--port N]`. Throws UsageError. */
export function parseEngineArguments(args: readonly string[], env: Environment): EngineArguments {
  const options = { state: { type: 'string' }, port: { type: 'string' } } as const;
  let parsed;
  try {
    parsed = parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
  const [mode = 'daemon', ...rest] = parsed.positionals;
  if (!modes.includes(mode) || rest.length > 0) {
    throw new UsageError(`The engine runs as one of: ${modes.join(', ')}.`);
  }
  const { state } = parsed.values;
  return {
    mode: mode as EngineArguments['mode'],
    stateDirectory: state ? resolve(state) : defaultStateDirectory(env),
    port: parsePort(parsed.values.port),
  };
}

/** The directory that is the file system of one host's dom0. */
export const hostDirectory = (stateDirectory: string, host: string): string =>
  join(stateDirectory, 'hosts', host);

/** Longest path of a Unix socket: 108 bytes with the final NUL on Linux, 104 on macOS. */
const maxSocketPathBytes = process.platform === 'linux' ? 107 : 103;

/**
 * Where programs of the same user reach the engine that owns the state directory: a Unix socket, on Windows a pipe.
 * Throws UsageError when the path is longer than the system allows.
 */
export function socketPath(
  stateDirectory: string,
  host: string,
  platform: NodeJS.Platform = process.platform,
): string {
  if (platform === 'win32') {
    const id = createHash('sha256').update(`${stateDirectory.toLowerCase()}|${host}`).digest('hex');
    return `\\\\.\\pipe\\domus-${id.slice(0, 32)}`;
  }
  const path = join(hostDirectory(stateDirectory, host), 'var', 'run', 'domus.sock');
  if (Buffer.byteLength(path) <= maxSocketPathBytes) return path;
  throw new UsageError(
    `The path of the state directory is too long for a socket (${path}). Choose a shorter one with DOMUS_STATE.`,
  );
}
