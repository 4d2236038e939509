import { RPCLink } from '@orpc/client/message-port';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { StateChanges, StateSnapshot } from '../../../../engine/api/state.ts';
import { fixedHosts } from '../../../../engine/host/host-registry.ts';
import {
  createEngine as createRealEngine,
  type Engine as RealEngine,
} from '../../../../engine/service/engine.ts';
import { portWire } from '../../../../engine/service/transport/port-wire.ts';
import { createEngine, type Engine, type EngineClient } from '../../../../renderer/client/engine.ts';
import { toErrorData } from '../../../../renderer/client/error.ts';
import { channelOn } from '../../../../renderer/client/raw-channel.ts';
import { followState } from '../../../../renderer/client/sync.ts';
import type { Transport } from '../../../../renderer/client/transport.ts';
import { fakeDom0, fakeDomain, FakeHost } from '../../../support/fake-host.ts';

/** The window's client against the real service over message ports, with a host in memory behind it. */

const clean: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const step of clean.splice(0).reverse()) await step();
});

async function serve(): Promise<{
  server: RealEngine;
  host: () => FakeHost;
  transport: Transport;
  ports: MessagePort[];
}> {
  let host: FakeHost | undefined;
  const server = await createRealEngine({
    version: 'test',
    recovered: false,
    log: { error: () => undefined },
    hosts: async (sink) => {
      host = new FakeHost(sink, { domains: [fakeDom0(), fakeDomain('web', { id: 'web' })], operationMs: 3 });
      return fixedHosts([host]);
    },
  });
  clean.push(() => server.close());
  const ports: MessagePort[] = [];
  const transport: Transport = {
    async connect() {
      const { port1, port2 } = new MessageChannel();
      ports.push(port1);
      server.serveRpc(portWire(port2));
      const link = new RPCLink({ port: port1 });
      return {
        link,
        onLost: (listener) => void port1.on('close', listener),
        close: () => port1.close(),
      };
    },
    async openChannel(ticket) {
      const { port1, port2 } = new MessageChannel();
      const ends = channelOn({ post: (bytes) => port1.postMessage(bytes), close: () => port1.close() });
      port1.on('message', (message) => ends.receive(message));
      port1.on('close', () => ends.ended());
      if (!server.openChannel(ticket, portWire(port2))) port1.close();
      return ends.channel;
    },
  };
  return { server, host: () => host as FakeHost, transport, ports };
}

async function online(
  transport: Transport,
): Promise<{ engine: Engine; client: EngineClient; lost: AbortSignal }> {
  return new Promise((resolve) => {
    const engine = createEngine(transport, {
      onStatus: () => undefined,
      onOnline: (client, lost) => resolve({ engine, client, lost }),
    });
    clean.push(() => engine.connection.close());
    engine.connection.start();
  });
}

describe('the client of the window', () => {
  it('fails calls at once, in the contract’s terms, while there is no line', async () => {
    const { transport } = await serve();
    const engine = createEngine(transport, { onStatus: () => undefined, onOnline: () => undefined });
    const error = await engine.client.engine.info().catch(toErrorData);
    expect(error).toMatchObject({ code: 'ENGINE_LOST' });
  });

  it('carries errors with code, fix and field', async () => {
    const { transport } = await serve();
    const { client } = await online(transport);
    const draft = { name: 'big', memoryMiB: 2047, source: { kind: 'image', image: 'tiny-linux' } } as const;
    await client.domain.create({ host: 'local', draft });
    const error = await client.domain
      .create({ host: 'local', draft: { ...draft, name: 'big-2' } })
      .catch(toErrorData);
    expect(error).toMatchObject({ code: 'ERROR_NOMEM', field: 'draft.memoryMiB' });
    expect(error).toHaveProperty('fix');
  });

  it('follows the state: a snapshot, then what changes', async () => {
    const { transport, host } = await serve();
    const { client, lost } = await online(transport);
    const names: string[] = [];
    const states: string[] = [];
    const sink = {
      replace: ({ objects }: StateSnapshot) =>
        void names.push(...objects.flatMap((o) => (o.kind === 'domain' ? [o.value.name] : []))),
      apply: ({ changed }: Extract<StateChanges, { resync: false }>) =>
        void states.push(...changed.flatMap((o) => (o.kind === 'domain' ? [o.value.state] : []))),
    };
    void followState(client.state, sink, lost).catch(() => undefined);
    await vi.waitFor(() => expect(names).toEqual(['Domain-0', 'web']));
    host().change('web', { state: 'paused' });
    await vi.waitFor(() => expect(states).toEqual(['paused']));
  });

  it('opens a console by ticket and paces it by credit', async () => {
    const { transport, host } = await serve();
    const { engine, client } = await online(transport);
    const { ticket } = await client.console.open({ host: 'local', domain: 'web' });
    const channel = await engine.openChannel(ticket);
    clean.push(() => channel.close());
    let text = '';
    channel.onFrame((frame) => {
      if (frame.type === 'data') text += new TextDecoder().decode(frame.bytes);
    });
    channel.send({ type: 'credit', bytes: 4096 });
    await vi.waitFor(() => {
      host().print('web', 'login:');
      expect(text).toContain('login:');
    });
  });
});
