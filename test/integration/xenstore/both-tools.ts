import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runXenstore } from '../../../engine/cli/xenstore/program.ts';
import { connectXenStore } from '../../../engine/entry/xenstore-socket.ts';
import { serveXenStore } from '../../../engine/entry/xenstored.ts';
import { XenStore } from '../../../engine/xenstore/index.ts';

/** What a command did. Text is byte strings. */
export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface ServedStore {
  readonly store: XenStore;
  readonly socketPath: string;
  close(): Promise<void>;
}

/** A fresh store on a socket in a folder of its own. */
export async function serveFreshStore(): Promise<ServedStore> {
  const folder = await mkdtemp(join(tmpdir(), 'domus-xs-'));
  const store = new XenStore();
  const server = await serveXenStore(store, join(folder, 'socket'));
  return {
    store,
    socketPath: server.socketPath,
    close: async () => {
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Runs the installed tool; arguments are byte strings as well, NULs excepted. */
export function runInstalled(argv: readonly string[], socketPath: string): Promise<Outcome> {
  const [program = '', ...words] = argv;
  const env = { PATH: process.env['PATH'], LC_ALL: 'C', XENSTORED_PATH: socketPath };
  return new Promise((resolve, reject) => {
    const options = { env, encoding: 'latin1', timeout: 20_000 } as const;
    execFile(program, words, options, (error, out, err) => {
      if (error && typeof error.code !== 'number') reject(new Error(error.message));
      else resolve({ code: error ? Number(error.code) : 0, out, err });
    });
  });
}

/** Runs our tool over the same kind of socket. */
export async function runOwn(argv: readonly string[], socketPath: string): Promise<Outcome> {
  let out = '';
  let err = '';
  const code = await runXenstore(argv, {
    open: () => connectXenStore(socketPath),
    out: (text) => (out += text),
    err: (text) => (err += text),
    columns: undefined,
  });
  return { code, out, err };
}

export async function isInstalled(program: string): Promise<boolean> {
  try {
    await runInstalled([program, '-h'], '/nonexistent');
    return true;
  } catch {
    return false;
  }
}
