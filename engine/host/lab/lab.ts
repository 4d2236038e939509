import { rm } from 'node:fs/promises';
import { freemem, platform } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DomusError, type LabId, type LabInfo, type LabState } from '../../api/index.ts';
import type { LabRegistrar } from '../lab.ts';
import type { Operation } from '../operation.ts';
import { boot } from './boot.ts';
import { labFile } from './command-line.ts';
import { Computer, type ComputerEnd, killLeftBehind } from './computer.ts';
import type { Identities } from './identity.ts';
import {
  type LabSettings,
  isPrepared,
  ownBytes,
  prepare,
  readSettings,
  writeIdentity,
  writeSettings,
} from './lab-files.ts';
import { freeTcpPort } from './ports.ts';

export interface LabContext {
  readonly registrar: LabRegistrar | null;
  identities(): Promise<Identities>;
  /** UDP ports of the wire for this lab's next run. */
  wire(lab: LabId): Promise<{ own: number; peer: number }>;
  changed(): void;
  log(level: 'info' | 'warn' | 'error', text: string): void;
}

const memoryMiB = 2048;
const dom0MemoryMiB = 768;
/** How long an orderly end may take; when the engine itself ends there is less time. In ms. */
const stopMs = 40_000;
const closeMs = 10_000;

const endSentences: Readonly<Record<ComputerEnd, string | null>> = {
  quit: null,
  guest: 'It was switched off from inside.',
  lost: 'Its QEMU ended by itself.',
};

/** One real Xen host under QEMU. One operation at a time; a second one is refused with ERROR_LOCK_FAIL. */
export class Lab {
  readonly id: LabId;
  readonly #directory: string;
  readonly #context: LabContext;
  #state: LabState = 'absent';
  #settings: LabSettings = { host: null, sshPort: null, accelerator: null, startedAt: null };
  #computer: Computer | null = null;
  #diskBytes = 0;
  #note: string | null = null;
  #keyFile: string | null = null;
  #busy: string | null = null;

  constructor(id: LabId, directory: string, context: LabContext) {
    this.id = id;
    this.#directory = directory;
    this.#context = context;
  }

  get state(): LabState {
    return this.#state;
  }

  info(): LabInfo {
    const { host, sshPort, accelerator, startedAt } = this.#settings;
    const is = this.#state !== 'absent';
    const runs = is && this.#state !== 'off';
    return {
      id: this.id,
      state: this.#state,
      host: is ? host : null,
      sshPort: runs ? sshPort : null,
      identityFile: is ? this.#keyFile : null,
      knownHostsFile: is ? this.#path(labFile.knownHosts) : null,
      consoleLog: is ? this.#path(labFile.consoleLog) : null,
      startedAt: runs && this.#state !== 'starting' ? startedAt : null,
      accelerator: runs ? accelerator : null,
      diskBytes: this.#diskBytes,
      note: this.#note,
    };
  }

  /** Finds out what an engine before this one has left: files, perhaps a running QEMU. */
  async recover(): Promise<void> {
    if (!(await isPrepared(this.#directory))) return;
    this.#settings = await readSettings(this.#directory);
    this.#keyFile = (await this.#context.identities()).of[this.id].keyFile;
    this.#set('off');
    try {
      const computer = await Computer.find(this.#directory);
      if (!computer) return this.measure();
      this.#follow(computer);
      this.#set('running');
      this.#context.log('info', `${this.id} runs already, as process ${computer.pid}`);
      await this.#register();
    } catch (error) {
      this.#note = error instanceof Error ? error.message : String(error);
    }
    await this.measure();
  }

  async measure(): Promise<void> {
    this.#diskBytes = this.#state === 'absent' ? 0 : await ownBytes(this.#directory);
    this.#context.changed();
  }

  /** `image`: the folder to begin from when there is nothing yet. */
  start(image: () => Promise<string>, op: Operation): Promise<void> {
    return this.#exclusive('started', async () => {
      if (this.#state === 'running') return;
      if (!(await isPrepared(this.#directory))) await prepare(this.#directory, await image(), op.signal);
      await this.#start(op);
    });
  }

  stop(force: boolean, op: Operation): Promise<void> {
    return this.#exclusive('stopped', () => this.#stop(force, stopMs, op));
  }

  reset(image: () => Promise<string>, op: Operation): Promise<void> {
    return this.#exclusive('reset', async () => {
      const from = await image();
      const again = this.#state === 'running';
      op.progress('Pulling the plug');
      await this.#stop(true, 0, op);
      await prepare(this.#directory, from, op.signal);
      this.#note = null;
      if (again) await this.#start(op);
      else this.#set('off');
    });
  }

  remove(op: Operation): Promise<void> {
    return this.#exclusive('removed', async () => {
      await this.#stop(true, 0, op);
      const { host } = this.#settings;
      if (host !== null) await this.#told((registrar) => registrar.removed(host));
      await rm(this.#directory, { recursive: true, force: true });
      this.#settings = { host: null, sshPort: null, accelerator: null, startedAt: null };
      this.#note = null;
      this.#set('absent');
    });
  }

  /** `keepRunning`: another engine will find it. */
  async close(keepRunning: boolean): Promise<void> {
    const computer = this.#computer;
    this.#computer = null;
    if (!computer) return;
    if (keepRunning) return computer.detach();
    await computer.powerButton();
    await Promise.race([computer.ended, sleep(closeMs, undefined, { ref: false })]);
    await computer.quit();
  }

  #path(file: string): string {
    return join(this.#directory, file);
  }

  #set(state: LabState): void {
    this.#state = state;
    this.#context.changed();
  }

  async #exclusive<T>(what: string, work: () => Promise<T>): Promise<T> {
    if (this.#busy !== null) {
      throw new DomusError('ERROR_LOCK_FAIL', `${this.id} is being ${this.#busy} just now.`, {
        fix: 'Wait until that has ended, or cancel it in Activity.',
      });
    }
    this.#busy = what;
    try {
      return await work();
    } finally {
      this.#busy = null;
      await this.measure();
    }
  }

  async #start(op: Operation): Promise<void> {
    if (freemem() < memoryMiB * 2 ** 20) {
      throw new DomusError('ERROR_NOMEM', `A lab takes 2 GiB of memory, and less is free on this computer.`, {
        fix: 'Close some programs or stop another lab, then try again.',
      });
    }
    this.#note = null;
    this.#set('starting');
    op.progress('Starting QEMU', 0);
    try {
      // Somebody else may have started it meanwhile: `npm run lab` before this engine was up.
      const computer = (await Computer.find(this.#directory)) ?? (await this.#boot(op));
      this.#follow(computer);
      op.progress('Registering the host', 0.98);
      await this.#register();
      this.#set('running');
    } catch (error) {
      this.#set('off');
      throw error;
    }
  }

  async #boot(op: Operation): Promise<Computer> {
    const sshPort = await freeTcpPort(this.#settings.sshPort);
    const keys = await this.#context.identities();
    this.#keyFile = keys.of[this.id].keyFile;
    await writeIdentity(this.#directory, keys, this.id, sshPort);
    const wire = await this.#context.wire(this.id);
    const machine = {
      lab: this.id,
      sshPort,
      wire,
      memoryMiB,
      dom0MemoryMiB,
      sandbox: platform() === 'linux',
    };
    const { computer, accelerator } = await boot(this.#directory, machine, op);
    this.#settings = { ...this.#settings, sshPort, accelerator, startedAt: Date.now() };
    await writeSettings(this.#directory, this.#settings);
    return computer;
  }

  async #stop(force: boolean, withinMs: number, op: Operation): Promise<void> {
    const computer = this.#computer;
    if (!computer) {
      // One that hangs, or that somebody else's connection hides.
      if (force) await killLeftBehind(this.#directory, `domus-${this.id}`);
      return;
    }
    this.#set('stopping');
    if (!force) {
      op.progress('Pressing the power button');
      await computer.powerButton();
      const stopped = await Promise.race([
        computer.ended.then(() => true),
        sleep(withinMs, false, { signal: op.signal, ref: false }).catch(() => false),
      ]);
      if (!stopped) op.log(`It was still on after ${withinMs / 1000} s: the plug is pulled.`);
    }
    this.#computer = null;
    await computer.quit();
    await this.#off(null);
  }

  #follow(computer: Computer): void {
    this.#computer = computer;
    void computer.ended.then(async (end) => {
      if (this.#computer !== computer) return;
      this.#computer = null;
      // While it is being stopped, being switched off from inside is what was asked for.
      if (this.#state === 'stopping') return;
      this.#context.log('warn', `${this.id}: ${endSentences[end] ?? 'ended'}`);
      await this.#off(endSentences[end]);
    });
  }

  async #off(note: string | null): Promise<void> {
    this.#note = note;
    this.#set('off');
    const { host } = this.#settings;
    if (host !== null) await this.#told((registrar) => registrar.stopped(host));
  }

  async #register(): Promise<void> {
    const { host, sshPort: port } = this.#settings;
    const identityFile = this.#keyFile;
    if (port === null || identityFile === null) return;
    const knownHostsFile = this.#path(labFile.knownHosts);
    await this.#told(async (registrar) => {
      const id = await registrar.started({ lab: this.id, host, port, identityFile, knownHostsFile });
      this.#settings = { ...this.#settings, host: id };
      await writeSettings(this.#directory, this.#settings);
    });
  }

  /** A lab that cannot be made a host is still a lab: what went wrong is noted. */
  async #told(tell: (registrar: LabRegistrar) => Promise<void>): Promise<void> {
    if (!this.#context.registrar) return;
    try {
      await tell(this.#context.registrar);
    } catch (error) {
      this.#context.log('error', `${this.id} as a host: ${String(error)}`);
      this.#note = `It could not be registered as a host: ${error instanceof Error ? error.message : String(error)}`;
    }
  }
}
