import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HostDraft } from '../../engine/api/index.ts';
import type { XenTiming } from '../../engine/host/xen/host-context.ts';
import { xenHosts } from '../../engine/host/xen/index.ts';
import type { Secrets } from '../../engine/host/xen/link/secret-store.ts';
import type { SshHome } from '../../engine/host/xen/ssh/home.ts';
import { signHere } from '../../engine/host/xen/ssh/signing.ts';
import type { RemoteHost } from '../../engine/host/registry/registry.ts';
import { RecordingOperation, RecordingSink } from './recording-sink.ts';

/** A real host as the engine has it, without an engine. */
export interface XenHostHarness {
  readonly host: RemoteHost;
  readonly sink: RecordingSink;
  op(): RecordingOperation;
  until(condition: () => boolean, what?: string, withinMs?: number): Promise<void>;
  close(): Promise<void>;
}

const noSecrets: Secrets = {
  state: async () => ({ available: false, why: 'Tests keep no secrets.' }),
  get: async () => null,
  set: async () => false,
  remove: async () => undefined,
};

/** Waits, asking again and again, at most `withinMs`. */
export async function waitFor(condition: () => boolean, what = 'the awaited state', withinMs = 60_000) {
  const end = performance.now() + withinMs;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`Waited in vain for ${what}`);
    await sleep(20);
  }
}

/** Not connected yet. */
export async function xenHostHarness(
  draft: HostDraft,
  options: { timing?: Partial<XenTiming>; directory?: string; keepaliveMs?: number; home?: SshHome } = {},
): Promise<XenHostHarness> {
  const directory = options.directory ?? (await mkdtemp(join(tmpdir(), 'domus-xen-host-')));
  const sink = new RecordingSink();
  const remotes = xenHosts({
    stateDirectory: directory,
    signer: async (request) => signHere(request),
    secrets: noSecrets,
    ...(options.home && { home: options.home }),
    ...(options.timing && { timing: options.timing }),
    ...(options.keepaliveMs !== undefined && { keepaliveMs: options.keepaliveMs }),
  });
  const host = await remotes.make({ id: 'xen', draft, kept: [] }, sink, () => undefined);
  return {
    host,
    sink,
    op: () => new RecordingOperation(),
    until: waitFor,
    async close() {
      await host.close();
      if (options.directory === undefined) await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Connected; a question or a failure on the way is thrown. */
export async function connectedXenHost(
  draft: HostDraft,
  options: { timing?: Partial<XenTiming>; keepaliveMs?: number; home?: SshHome } = {},
): Promise<XenHostHarness> {
  const harness = await xenHostHarness(draft, options);
  harness.host.link?.connect();
  const state = () => harness.host.info().connection?.state ?? 'disconnected';
  await harness.until(() => !['connecting', 'disconnected'].includes(state()), 'the connection');
  if (state() === 'connected') return harness;
  const { error, prompt } = harness.host.info().connection ?? {};
  await harness.close();
  throw new Error(`${state()}: ${error?.message ?? prompt?.message ?? 'no reason'}`);
}
