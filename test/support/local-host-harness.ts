import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLocalHost, type LocalHostOptions } from '../../engine/host/local/index.ts';
import type { Host } from '../../engine/host/host.ts';
import { ManualClock } from '../../engine/lib/clock.ts';
import { MemoryMachineFactory } from './memory-machine.ts';
import { RecordingOperation, RecordingSink } from './recording-sink.ts';

/** A file that the toolstack takes for a 32-bit Linux kernel. */
export function fakeKernel(options: { is64Bit?: boolean } = {}): Uint8Array {
  const bytes = Buffer.alloc(0x400);
  bytes.writeUInt16LE(0xaa55, 0x1fe);
  bytes.write('HdrS', 0x202, 'latin1');
  bytes.writeUInt16LE(0x020f, 0x206);
  bytes.writeUInt8(1, 0x211);
  bytes.writeUInt16LE(options.is64Bit ? 1 : 0, 0x236);
  return bytes;
}

/** The embedded host on in-memory machines, in a directory of its own, on a clock that the test moves. */
export class LocalHarness {
  readonly root: string;
  readonly clock = new ManualClock();
  readonly factory = new MemoryMachineFactory();
  readonly sink = new RecordingSink();
  host!: Host;
  readonly #options: Partial<LocalHostOptions>;

  private constructor(root: string, options: Partial<LocalHostOptions>) {
    this.root = root;
    this.#options = options;
  }

  static async open(options: Partial<LocalHostOptions> = {}): Promise<LocalHarness> {
    const harness = new LocalHarness(await mkdtemp(join(tmpdir(), 'domus-host-')), options);
    await harness.write('assets/guest/bzImage', fakeKernel());
    await harness.write('assets/guest/initramfs.cpio', 'ramdisk');
    await harness.restart();
    return harness;
  }

  get stateDir(): string {
    return join(this.root, 'state');
  }

  /** Opens the host (again) on the same directory, as after the end of the engine. */
  async restart(changed: Partial<LocalHostOptions> = {}): Promise<void> {
    this.host = await createLocalHost({
      id: 'local',
      stateDir: this.stateDir,
      sink: this.sink,
      machineFactory: this.factory,
      assetsDir: join(this.root, 'assets'),
      clock: this.clock,
      hostMemoryKiB: 1024 * 1024,
      pcpus: 2,
      ...this.#options,
      ...changed,
    });
  }

  /** Writes a file below the harness' directory (`state/…` is the host's). */
  async write(path: string, data: string | Uint8Array): Promise<string> {
    const full = join(this.root, path);
    await mkdir(join(full, '..'), { recursive: true });
    await writeFile(full, data);
    return full;
  }

  op(): RecordingOperation {
    return new RecordingOperation();
  }

  /**
   * Waits until `condition` holds: as long as files are being written without, then with time passing, a tenth of a second
   * at a time. Fails after ten minutes of that time.
   */
  async until(condition: () => boolean, what = 'the awaited state'): Promise<void> {
    for (let step = 0; step < 6000; step += 1) {
      await quiet(condition);
      if (condition()) return;
      this.clock.advance(100);
    }
    throw new Error(`Waited in vain for ${what}`);
  }

  /** Lets `ms` pass, with everything that happens meanwhile. */
  async elapse(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 100) {
      this.clock.advance(Math.min(100, ms - passed));
      await quiet();
    }
  }

  /** Waits for a call while time passes. */
  async settle<T>(call: Promise<T>): Promise<T> {
    let ended = false;
    const watched = call.finally(() => (ended = true));
    watched.catch(() => {});
    await this.until(() => ended, 'the end of a call');
    return watched;
  }

  async close(): Promise<void> {
    await this.settle(this.host.close());
    await rm(this.root, { recursive: true, force: true });
  }
}

const breathe = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1));

const fileWork = /^FSReq|^FILEHANDLE/;

/** Lets pending promises and file system calls come to their ends, or until `enough`. */
async function quiet(enough: () => boolean = () => false): Promise<void> {
  for (let turn = 0; turn < 5000 && !enough(); turn += 1) {
    await breathe();
    if (!process.getActiveResourcesInfo().some((resource) => fileWork.test(resource))) return;
  }
}
