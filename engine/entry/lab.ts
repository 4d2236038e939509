/**
 * The Xen lab from the shell. Where an engine owns the state directory, it does the work; else it is done here, and labs
 * that were started run on: the next engine finds them.
 */
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import type { LabInfo, Task } from '../api/index.ts';
import type { EngineSession } from '../cli/engine-client.ts';
import { openSession } from '../cli/engine-client.ts';
import { type LabCall, type LabWorld, runLab } from '../cli/lab/program.ts';
import type { Labs } from '../host/lab/index.ts';
import type { Operation } from '../host/host.ts';
import { openLabs } from './labs.ts';
import { defaultStateDirectory, socketPath } from './options.ts';

/** The embedded host, whose directory holds the engine's socket. */
const embeddedHost = 'local';

type Common = Omit<LabWorld, 'status' | 'run'>;

function ssh({ identityFile, knownHostsFile, sshPort }: LabInfo, words: readonly string[]): Promise<number> {
  const options = ['BatchMode=yes', 'IdentitiesOnly=yes', `UserKnownHostsFile=${knownHostsFile ?? ''}`];
  const args = [
    '-F',
    'none',
    '-i',
    identityFile ?? '',
    '-p',
    String(sshPort),
    ...options.flatMap((o) => ['-o', o]),
  ];
  return new Promise((resolve) => {
    const child = spawn('ssh', [...args, 'root@127.0.0.1', ...words], { stdio: 'inherit' });
    child.on('error', () => {
      process.stderr.write("This computer's ssh cannot be run. Install the OpenSSH client.\n");
      resolve(127);
    });
    child.on('exit', (code) => resolve(code ?? 1));
  });
}

const common: Common = {
  ssh,
  absolute: (path) => resolve(path),
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
};

/** Here, in this process. */
function localWorld(labs: Labs, signal: AbortSignal): LabWorld {
  return {
    ...common,
    status: () => labs.status(),
    run(call, onStage) {
      const op: Operation = { signal, progress: onStage, log: () => {}, about: () => {} };
      if (call.verb === 'stop') return labs.stop(call.lab, call, op);
      if ('lab' in call) return labs[call.verb](call.lab, op);
      if ('path' in call) return labs[call.verb](call.path, op);
      return labs[call.verb](op);
    },
  };
}

/** In the engine: its tasks about labs tell how far it is. */
function engineWorld({ client }: EngineSession): LabWorld {
  async function follow(onStage: (stage: string) => void, over: () => boolean): Promise<void> {
    let { cursor } = await client.state.snapshot();
    while (!over()) {
      const changes = await client.state.changes(cursor);
      if (changes.resync) ({ cursor } = await client.state.snapshot());
      else ({ cursor } = changes);
      const tasks = changes.resync ? [] : changes.changed.filter(({ kind }) => kind === 'task');
      for (const { value } of tasks) {
        const task = value as Task;
        if (task.status === 'running' && /\blab/i.test(task.title)) onStage(task.stage);
      }
    }
  }
  return {
    ...common,
    status: () => client.lab.status(),
    async run(call: LabCall, onStage) {
      let over = false;
      const following = follow(onStage, () => over);
      following.catch(() => undefined);
      const { verb, ...input } = call;
      try {
        await (client.lab[verb] as (input: object) => Promise<unknown>)(input);
      } finally {
        over = true;
      }
    },
  };
}

async function main(words: readonly string[]): Promise<number> {
  const stateDirectory = defaultStateDirectory(process.env);
  const session = await openSession(socketPath(stateDirectory, embeddedHost)).catch(() => null);
  if (session) {
    try {
      return await runLab(words, engineWorld(session));
    } finally {
      session.close();
    }
  }
  const abort = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => abort.abort(new Error('It was given up.')));
  }
  process.umask(0o077);
  const labs = await openLabs(
    stateDirectory,
    null,
    () => {},
    (level, text) => {
      if (level !== 'info') common.err(`${text}\n`);
    },
  );
  try {
    return await runLab(words, localWorld(labs, abort.signal));
  } finally {
    await labs.close();
  }
}

void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
  // What is still open (a connection that was lost) must not hold up the end.
  setTimeout(() => process.exit(code), 100).unref();
});
