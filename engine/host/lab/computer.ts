import { spawn } from 'node:child_process';
import { open, readFile, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DomusError } from '../../api/index.ts';
import { RotatingLog } from '../local/rotating-log.ts';
import { labFile } from './command-line.ts';
import { Qmp } from './qmp.ts';
import { outputOf, runProgram } from './run-program.ts';
import { searchPath } from './requirements.ts';

/** How a virtual computer ended: its system switched it off, it was told to, or it is gone without a word. */
export type ComputerEnd = 'guest' | 'quit' | 'lost';

/** Until QEMU has its sockets, and until it is gone after it was told to, in ms. */
const startMs = 20_000;
const endMs = 5_000;

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/** What process `pid` was started as; '' when it is gone. */
async function commandOf(pid: number): Promise<string> {
  const fromProc = await readFile(`/proc/${pid}/cmdline`, 'latin1').catch(() => null);
  if (fromProc !== null) return fromProc.replaceAll('\0', ' ');
  const never = new AbortController().signal;
  return outputOf('ps', ['-o', 'command=', '-p', String(pid)], { signal: never }).catch(() => '');
}

async function pidIn(directory: string): Promise<number | null> {
  const pid = Number((await readFile(join(directory, labFile.pid), 'utf8').catch(() => '')).trim());
  return Number.isInteger(pid) && pid > 1 ? pid : null;
}

/** Ends what the pid file names, if it is still QEMU with the lab's name. */
export async function killLeftBehind(directory: string, name: string): Promise<void> {
  const pid = await pidIn(directory);
  if (pid === null || !(await commandOf(pid)).includes(`-name ${name} `)) return;
  process.kill(pid, 'SIGKILL');
  for (let waited = 0; isAlive(pid) && waited < endMs; waited += 20) await sleep(20);
}

/**
 * A QEMU process with a lab in it. It is nobody's child in the end: it outlives the engine that started it, and the next
 * one finds it by its monitor's socket. What it prints on its serial port goes to a log while an engine listens.
 */
export class Computer {
  readonly pid: number;
  /** Resolves when the process is gone. */
  readonly ended: Promise<ComputerEnd>;
  readonly #qmp: Qmp;
  readonly #console: Socket;
  readonly #listeners = new Set<(text: string) => void>();
  #end: ComputerEnd = 'lost';

  private constructor(directory: string, pid: number, qmp: Qmp) {
    this.pid = pid;
    this.#qmp = qmp;
    qmp.onEvent((event) => {
      if (event === 'SHUTDOWN' && this.#end === 'lost') this.#end = 'guest';
    });
    const log = new RotatingLog(join(directory, labFile.consoleLog), { keep: 1 });
    this.#console = connect(join(directory, labFile.console));
    this.#console.on('error', () => undefined);
    this.#console.on('data', (bytes: Buffer) => {
      void log.append(bytes);
      const text = bytes.toString('latin1');
      for (const listener of this.#listeners) listener(text);
    });
    this.ended = qmp.closed.then(() => this.#buried());
  }

  /** The one that runs in `directory`; null when none does. ERROR_LOCK_FAIL when another program holds on to it. */
  static async find(directory: string): Promise<Computer | null> {
    const qmp = await Qmp.open(join(directory, labFile.qmp));
    if (qmp === 'busy') {
      throw new DomusError(
        'ERROR_LOCK_FAIL',
        'Another program is connected to this lab, or its QEMU hangs.',
        {
          fix: 'Stop it with force.',
        },
      );
    }
    const pid = await pidIn(directory);
    if (qmp && pid !== null) return new Computer(directory, pid, qmp);
    if (qmp) await qmp.execute('quit');
    for (const name of [labFile.qmp, labFile.console, labFile.pid])
      await rm(join(directory, name), { force: true });
    return null;
  }

  /** Starts QEMU in `directory`, stopped before its first instruction. Rejects with what it said when it ends at once. */
  static async start(directory: string, args: readonly string[], signal: AbortSignal): Promise<Computer> {
    const log = await open(join(directory, labFile.qemuLog), 'w', 0o600);
    const child = spawn('qemu-system-x86_64', args, {
      cwd: directory,
      env: { ...process.env, PATH: searchPath() },
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
    });
    await log.close();
    child.unref();
    let gone = false;
    child.once('exit', () => (gone = true));
    child.once('error', () => (gone = true));
    for (let waited = 0; !gone && waited < startMs && !signal.aborted; waited += 50) {
      await sleep(50);
      const computer = gone ? null : await Computer.#reached(directory, child.pid);
      if (computer) return computer;
    }
    child.kill('SIGKILL');
    signal.throwIfAborted();
    throw new DomusError('ERROR_FAIL', `QEMU did not start: ${await lastWords(directory)}`);
  }

  static async #reached(directory: string, pid: number | undefined): Promise<Computer | null> {
    const qmp = await Qmp.open(join(directory, labFile.qmp));
    return qmp && qmp !== 'busy' && pid !== undefined ? new Computer(directory, pid, qmp) : null;
  }

  /** What the serial port prints from now on, as Latin-1. */
  onConsole(listener: (text: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async run(): Promise<void> {
    await this.#qmp.execute('cont');
  }

  /** Presses the power button; what follows is up to the system inside. */
  async powerButton(): Promise<void> {
    await this.#qmp.execute('system_powerdown');
  }

  /** Pulls the plug. Resolves when the process is gone. */
  async quit(): Promise<void> {
    this.#end = 'quit';
    void this.#qmp.execute('quit');
    await Promise.race([this.ended, sleep(endMs, undefined, { ref: false })]);
    if (isAlive(this.pid)) process.kill(this.pid, 'SIGKILL');
    this.#qmp.close();
    await this.ended;
  }

  /** Lets go of it: it runs on, and can be found again. */
  detach(): void {
    this.#console.destroy();
    this.#qmp.close();
  }

  async #buried(): Promise<ComputerEnd> {
    this.#console.destroy();
    for (let waited = 0; isAlive(this.pid) && waited < endMs; waited += 20) await sleep(20);
    return this.#end;
  }
}

/** QEMU warns of each processor feature that emulation lacks; what matters comes last. */
async function lastWords(directory: string): Promise<string> {
  const said = await readFile(join(directory, labFile.qemuLog), 'utf8').catch(() => '');
  const lines = said.split('\n').filter((line) => line !== '' && !line.includes('warning:'));
  return (
    lines
      .at(-1)
      ?.replace(/^qemu-system-x86_64: /, '')
      .slice(0, 400) ?? 'no reason given'
  );
}

/** Makes a disk. ERROR_FAIL. `base` is what it begins with. */
export async function makeDisk(
  directory: string,
  file: string,
  from: { base: string } | { size: string },
  signal: AbortSignal,
): Promise<void> {
  const source = 'base' in from ? ['-F', 'qcow2', '-b', from.base, file] : [file, from.size];
  const args = ['create', '-q', '-f', 'qcow2', ...source];
  const { code, said } = await runProgram('qemu-img', args, { cwd: directory, signal });
  if (code !== 0) throw new DomusError('ERROR_FAIL', `The disk could not be made: ${said.trim()}`);
}
