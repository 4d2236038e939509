import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type ChannelLink,
  connectEngine,
  type EngineClient,
  type EngineLink,
} from '../../engine/cli/link.ts';

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
export const median = (values: readonly number[]): number => percentile(values, 50);

export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? Number.NaN;
}

/** A line in which a guest of the ready-made image waits for a command. */
export const promptPattern = /root@[^\s:]+:~# $/;

/** A built engine on a state directory of its own, as `domus daemon` runs it. */
export class EngineProcess {
  readonly #child: ChildProcess;
  readonly state: string;
  readonly link: EngineLink;

  private constructor(child: ChildProcess, state: string, link: EngineLink) {
    this.#child = child;
    this.state = state;
    this.link = link;
  }

  /** `prepare` fills the state directory before the engine starts on it. */
  static async start(prepare?: (state: string) => Promise<void>): Promise<EngineProcess> {
    const state = await mkdtemp(join(tmpdir(), 'domus-bench-'));
    await prepare?.(state);
    const child = spawn(process.execPath, ['dist/engine/engine.js', 'daemon', '--state', state], {
      stdio: 'ignore',
    });
    const socket = join(state, 'hosts', 'local', 'var', 'run', 'domus.sock');
    for (;;) {
      const link = await connectEngine({ socket }).catch(() => null);
      if (link) return new EngineProcess(child, state, link);
      await sleep(20);
    }
  }

  get client(): EngineClient {
    return this.link.client;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Resident memory in MiB. */
  rssMiB(): number {
    const status = readFileSync(`/proc/${this.#child.pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
  }

  /** CPU time used so far by all its threads, in ms (clock ticks of 10 ms). */
  cpuMs(): number {
    const fields = readFileSync(`/proc/${this.#child.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) * 10;
  }

  /** The same of the main thread, which schedules, serves and measures. */
  mainThreadMs(): number {
    return Number(readFileSync(`/proc/${this.pid}/task/${this.pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
  }

  /** Percent of one core over a time. */
  async cpuPercent(overMs: number): Promise<number> {
    const [before, begun] = [this.cpuMs(), performance.now()];
    await sleep(overMs);
    // On a busy computer a sleep is longer than it was to be.
    return ((this.cpuMs() - before) / (performance.now() - begun)) * 100;
  }

  /** Creates a guest of the ready-made image and waits for its prompt; resolves with its id and the ms from call to prompt. */
  async bootGuest(name: string, memoryMiB = 64): Promise<{ domain: string; ms: number; console: Console }> {
    const begun = performance.now();
    const draft = { name, memoryMiB, source: { kind: 'image', image: 'tiny-linux' } } as const;
    const { domain } = await this.client.domain.create({ host: 'local', draft });
    const { ticket } = await this.client.console.open({ host: 'local', domain });
    const console = new Console(await this.link.openChannel(ticket));
    await console.until(promptPattern);
    return { domain, ms: performance.now() - begun, console };
  }

  async stop(): Promise<void> {
    this.link.close();
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGTERM');
    await ended;
    await rm(this.state, { recursive: true, force: true });
  }
}

/** The reading end of a serial console that always has credit. */
export class Console {
  readonly #channel: ChannelLink;
  #tail = '';
  #bytes = 0;
  #waiting: (() => void) | null = null;

  constructor(channel: ChannelLink) {
    this.#channel = channel;
    channel.onFrame((frame) => {
      if (frame.type !== 'data') return;
      this.#bytes += frame.bytes.length;
      this.#tail = (this.#tail + Buffer.from(frame.bytes).toString('latin1')).slice(-4096);
      channel.send({ type: 'credit', bytes: frame.bytes.length });
      this.#waiting?.();
    });
    channel.send({ type: 'credit', bytes: 1 << 20 });
  }

  get bytes(): number {
    return this.#bytes;
  }

  type(text: string): void {
    this.#channel.send({ type: 'data', bytes: Buffer.from(text) });
  }

  async until(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.#tail)) await new Promise<void>((resolve) => (this.#waiting = resolve));
  }

  close(): void {
    this.#channel.close();
  }
}
