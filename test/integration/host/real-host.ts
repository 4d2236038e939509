import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLocalHost, type LocalHostOptions } from '../../../engine/host/local/index.ts';
import type { Host } from '../../../engine/host/host.ts';
import { root } from '../../support/build-worker.ts';
import { createTestFactory } from '../../support/guest-machine.ts';
import { RecordingOperation, RecordingSink } from '../../support/recording-sink.ts';

export interface RealHost {
  readonly host: Host;
  readonly sink: RecordingSink;
  readonly stateDir: string;
  close(): Promise<void>;
}

/** The embedded host with real guests, in a directory of its own. */
export async function openRealHost(
  hostMemoryMiB = 512,
  options: Partial<LocalHostOptions> = {},
): Promise<RealHost> {
  const stateDir = await mkdtemp(join(tmpdir(), 'domus-real-'));
  const sink = new RecordingSink();
  const machineFactory = await createTestFactory();
  const host = await createLocalHost({
    id: 'local',
    stateDir,
    sink,
    machineFactory,
    assetsDir: join(root, 'assets'),
    hostMemoryKiB: hostMemoryMiB * 1024,
    ...options,
  });
  return {
    host,
    sink,
    stateDir,
    async close() {
      await host.close();
      await machineFactory.dispose();
      await rm(stateDir, { recursive: true, force: true });
    },
  };
}

/** Waits until something is so; fails after a minute. */
export async function until(condition: () => boolean, what = 'the awaited state'): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`Waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A person at a domain's serial console, who stays there over reboots. */
export async function sitAtConsole(host: Host, domain: string) {
  const stream = await host.openSerial(domain, 0);
  const events: string[] = [];
  let text = '';
  stream.onEvent((event) => events.push(event));
  stream.onData((bytes) => {
    text += Buffer.from(bytes).toString('latin1');
    stream.credit(bytes.length);
  });
  stream.credit(256 * 1024);
  return {
    stream,
    events,
    type: (line: string) => stream.write(Buffer.from(line)),
    text: () => text,
    /** Waits until the output matches, and forgets it up to there. */
    async expect(pattern: RegExp): Promise<string> {
      await until(() => pattern.test(text), `${pattern} on the console, which shows: ${text.slice(-300)}`);
      const match = pattern.exec(text);
      const seen = text.slice(0, (match?.index ?? 0) + (match?.[0].length ?? 0));
      text = text.slice(seen.length);
      return seen;
    },
  };
}

export const operation = (): RecordingOperation => new RecordingOperation();
