import { ORPCError } from '@orpc/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ChannelLink, EngineLink } from '../../engine/cli/link.ts';
import { frame, maxDataBytes, type ErrorData, type StateChanges } from '../../engine/api/index.ts';
import { createEngine, type Engine } from '../../engine/service/engine.ts';
import { fixedHosts } from '../../engine/host/host-registry.ts';
import { domainInfo, MemoryHost } from '../support/memory-host.ts';

/** A connection that sends whatever it is told to. */
export interface RawLink {
  send(message: string | Uint8Array): void;
  /** Resolves when the engine has ended the connection. */
  readonly closed: Promise<unknown>;
}

/** One way to reach an engine. */
export interface TransportHarness {
  connect(): Promise<EngineLink>;
  raw(kind: 'rpc' | { ticket: string }): Promise<RawLink>;
  close(): Promise<void>;
}

export type MakeHarness = (engine: Engine) => Promise<TransportHarness>;

/** The data of the one declared error. */
async function failure(call: Promise<unknown>): Promise<ErrorData> {
  const error: unknown = await call.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ORPCError)) throw new Error(`expected a declared error, got ${String(error)}`);
  expect(error.code).toBe('DOMUS');
  return error.data as ErrorData;
}

function asChanges(changes: StateChanges): Extract<StateChanges, { resync: false }> {
  if (changes.resync) throw new Error('told to resync');
  return changes;
}

/** Collects what a channel says. */
function listen(channel: ChannelLink) {
  const seen = { bytes: 0, text: '', gaps: [] as number[], events: [] as string[], largest: 0 };
  channel.onFrame((value) => {
    if (value.type === 'data') {
      seen.bytes += value.bytes.length;
      seen.largest = Math.max(seen.largest, value.bytes.length);
      if (seen.text.length < 100) seen.text += new TextDecoder().decode(value.bytes);
    }
    if (value.type === 'gap') seen.gaps.push(value.bytes);
    if (value.type === 'event') seen.events.push(value.event.event);
  });
  return seen;
}

const until = (check: () => boolean) => expect.poll(check, { timeout: 10_000 }).toBe(true);

/** Nested `depth` deep. */
const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
const call = (fields: Record<string, unknown>) => JSON.stringify({ i: '1', ...fields });

const hostile: Record<string, string | Uint8Array> = {
  'not JSON': 'hello',
  'an empty message': '',
  'JSON that is no call': '[1,2,3]',
  'a number': '7',
  null: 'null',
  'bytes instead of text': new Uint8Array([1, 2, 3]),
  'a call without id': JSON.stringify({ p: { u: '/engine/info' } }),
  'an id that is no text': JSON.stringify({ i: { a: 1 }, p: { u: '/engine/info' } }),
  'a call without payload': call({}),
  'a path that is no text': call({ p: { u: 5 } }),
  'an address instead of a path': call({ p: { u: 'http://example.org/engine/info' } }),
  'a path that climbs': call({ p: { u: '/../engine/info' } }),
  'headers of its own': call({ p: { u: '/engine/info', h: { 'content-type': 'text/event-stream' } } }),
  'another method': call({ p: { u: '/engine/info', m: 'GET' } }),
  'an event of a stream that is not there': call({ t: 3, p: { e: 'message', d: 1 } }),
  'an unknown message type': call({ t: 99 }),
  'special values that are none': call({ p: { u: '/engine/info', b: { json: 1, meta: [[7, 'x']] } } }),
  'deep nesting': call({ p: { u: '/engine/info', b: { json: 0 } } }).replace('0', nested(5000)),
  'a message beyond the limit': JSON.stringify({
    i: '1',
    p: { u: '/engine/info', b: { json: 'x'.repeat(1 << 20) } },
  }),
};

const hostileFrames: Record<string, Uint8Array> = {
  'no type byte': new Uint8Array(0),
  'an unknown type': new Uint8Array([200, 1, 2]),
  'a short credit': new Uint8Array([frame.credit, 1]),
  'a frame only the engine sends': new Uint8Array([frame.gap, 1, 0, 0, 0]),
  'a console of no size': new Uint8Array([frame.resize, 0, 0, 0, 0]),
  'a data frame beyond the limit': new Uint8Array(maxDataBytes + 2),
};

/** What every transport must do, whatever carries it. */
export function describeTransport(name: string, makeHarness: MakeHarness): void {
  describe(`contract over ${name}`, () => {
    let engine: Engine;
    let host: MemoryHost;
    let harness: TransportHarness;
    let link: EngineLink;

    beforeEach(async () => {
      engine = await createEngine({
        version: '0.0.0',
        recovered: false,
        log: { error: () => {} },
        hosts: async (sink) => fixedHosts([(host = new MemoryHost(sink))]),
      });
      harness = await makeHarness(engine);
      link = await harness.connect();
    });
    afterEach(async () => {
      link.close();
      await harness.close();
      await engine.close();
    });

    const onWeb = { host: 'local', domain: 'web' };
    const openConsole = async (): Promise<ChannelLink> => {
      host.put(domainInfo('web'));
      const { ticket } = await link.client.console.open(onWeb);
      return link.openChannel(ticket);
    };

    describe('state', () => {
      it('gives a snapshot, then what changed after it, then what was removed', async () => {
        host.put(domainInfo('web'));
        const snapshot = await link.client.state.snapshot();
        expect(snapshot.objects.map(({ kind, key }) => `${kind} ${key}`)).toEqual([
          'host local',
          'domain local/web',
        ]);
        const next = link.client.state.changes(snapshot.cursor);
        host.put(domainInfo('web', { state: 'running' }));
        const changes = asChanges(await next);
        expect(changes.changed.map(({ value }) => value)).toEqual([domainInfo('web', { state: 'running' })]);
        host.drop('web');
        const after = asChanges(await link.client.state.changes(changes.cursor));
        expect(after.removed).toEqual([{ kind: 'domain', key: 'local/web' }]);
      });

      it('gives only the newest value of an object that changed many times', async () => {
        const { cursor } = await link.client.state.snapshot();
        for (let kib = 1; kib <= 500; kib += 1) host.put(domainInfo('web', { memoryKiB: kib }));
        const { changed } = asChanges(await link.client.state.changes(cursor));
        expect(changed.map(({ value }) => value)).toEqual([domainInfo('web', { memoryKiB: 500 })]);
      });

      it('tells a client of an earlier engine to resync', async () => {
        expect(await link.client.state.changes({ epoch: 'earlier', seq: 1 })).toEqual({ resync: true });
      });
    });

    describe('errors', () => {
      it('carries code, sentence and log of a task that failed', async () => {
        expect(await failure(link.client.domain.start({ host: 'local', domain: 'none' }))).toEqual({
          code: 'ERROR_DOMAIN_NOTFOUND',
          message: 'There is no domain "none".',
        });
        host.failWith = new RangeError('secret detail');
        const data = await failure(link.client.domain.create({ host: 'local', draft: draft('web') }));
        expect(data.code).toBe('ERROR_FAIL');
        expect(data.log).toEqual(['writing the configuration']);
        expect(JSON.stringify(data)).not.toContain('secret');
      });

      it('says which field of the input is wrong', async () => {
        const data = await failure(link.client.domain.create({ host: 'local', draft: draft('7') }));
        expect(data).toEqual({
          code: 'BAD_REQUEST',
          message: 'A name made of digits only would be taken for a domid.',
          field: 'draft.name',
        });
      });

      it('says that a call or a host does not exist', async () => {
        const client = link.client as unknown as Record<string, Record<string, () => Promise<unknown>>>;
        expect(await failure(client['no']!['such']!())).toMatchObject({ code: 'BAD_REQUEST' });
        const elsewhere = link.client.image.list({ host: 'elsewhere' });
        expect(await failure(elsewhere)).toMatchObject({ code: 'ERROR_NOTFOUND', field: 'host' });
      });
    });

    describe('calls and tasks', () => {
      it('ends a waiting call that is aborted, and nothing else', async () => {
        const { cursor } = await link.client.state.snapshot();
        const aborter = new AbortController();
        const waiting = link.client.state.changes(cursor, { signal: aborter.signal });
        const other = link.client.state.changes(cursor);
        aborter.abort(new Error('enough'));
        await expect(waiting).rejects.toThrow('enough');
        host.put(domainInfo('web'));
        expect(asChanges(await other).changed).toHaveLength(1);
      });

      it('lets a task go on when its caller has gone', async () => {
        let release = (): void => {};
        host.hold = new Promise<void>((resolve) => (release = resolve));
        const aborter = new AbortController();
        const creating = link.client.domain.create(
          { host: 'local', draft: draft('web') },
          { signal: aborter.signal },
        );
        await onlyTask(link);
        aborter.abort();
        await expect(creating).rejects.toThrow();
        release();
        await until(() => host.domains().length === 1);
      });

      it('cancels a task that runs, and does nothing to one that has ended', async () => {
        host.hold = new Promise(() => {});
        const creating = failure(link.client.domain.create({ host: 'local', draft: draft('web') }));
        const running = await onlyTask(link);
        expect(running).toMatchObject({
          title: 'Create web',
          status: 'running',
          stage: 'Writing the configuration',
        });
        expect(await link.client.task.cancel({ task: running.id })).toEqual({ cancelled: true });
        expect(await creating).toMatchObject({ code: 'ERROR_ABORTED' });
        expect(await onlyTask(link)).toMatchObject({ id: running.id, status: 'cancelled' });
        expect(await link.client.task.cancel({ task: running.id })).toEqual({ cancelled: false });
        expect(await link.client.task.clear()).toEqual({ removed: 1 });
      });
    });

    describe('raw channels', () => {
      it('carries bytes both ways, gaps, events and the size of the console', async () => {
        const channel = await openConsole();
        const seen = listen(channel);
        const console = host.consoles.get('web')!;
        channel.send({ type: 'credit', bytes: 100 });
        await until(() => console.credited.length === 1);
        console.emit(Buffer.from('login: '));
        for (const stream of console.streams) {
          stream.gap(12);
          stream.event('restarted', 'again');
        }
        await until(() => seen.text === 'login: ' && seen.events.length === 1);
        expect(seen).toMatchObject({ gaps: [12], events: ['restarted'] });
        channel.send({ type: 'data', bytes: Buffer.from('root\n') });
        channel.send({ type: 'resize', columns: 120, rows: 40 });
        await until(() => console.sizes.length === 1);
        expect(Buffer.from(console.typed).toString()).toBe('root\n');
        expect(console.sizes).toEqual([[120, 40]]);
      });

      it('sends no more than there is credit for; a stalled reader stops only itself', async () => {
        const stalled = await openConsole();
        const reading = await openConsole();
        const [stalledSeen, readingSeen] = [listen(stalled), listen(reading)];
        stalled.send({ type: 'credit', bytes: 1000 });
        reading.send({ type: 'credit', bytes: 200_000 });
        await until(() => host.consoles.get('web')!.credited.length === 2);
        host.consoles.get('web')!.emit(new Uint8Array(200_000).fill(65));
        await until(() => readingSeen.bytes === 200_000);
        expect(stalledSeen.bytes).toBe(1000);
        expect(readingSeen.largest).toBeLessThanOrEqual(maxDataBytes);
        expect(await link.client.engine.info()).toMatchObject({ version: '0.0.0' });
        stalled.send({ type: 'credit', bytes: 200_000 });
        await until(() => stalledSeen.bytes === 200_000);
      });

      it('does not count credit beyond the limit', async () => {
        const channel = await openConsole();
        const { credited } = host.consoles.get('web')!;
        for (let i = 0; i < 3; i += 1) channel.send({ type: 'credit', bytes: 0xffffffff });
        channel.send({ type: 'resize', columns: 80, rows: 25 });
        await until(() => host.consoles.get('web')!.sizes.length === 1);
        expect(credited).toEqual([4 * 1024 * 1024]);
      });

      it('opens a ticket once', async () => {
        host.put(domainInfo('web'));
        const { ticket } = await link.client.console.open(onWeb);
        await harness.raw({ ticket });
        await (
          await harness.raw({ ticket })
        ).closed;
        await (
          await harness.raw({ ticket: 'made-up' })
        ).closed;
      });

      it('closes the stream when the reader goes', async () => {
        const channel = await openConsole();
        const { streams } = host.consoles.get('web')!;
        channel.send({ type: 'credit', bytes: 1 });
        await until(() => streams.size === 1);
        channel.close();
        await until(() => streams.size === 0);
      });
    });

    describe('hostile clients', () => {
      it.each(Object.entries(hostile))('%s ends that connection and no other', async (_name, message) => {
        const bad = await harness.raw('rpc');
        bad.send(message);
        await bad.closed;
        expect(await link.client.engine.info()).toMatchObject({ version: '0.0.0' });
      });

      it('more calls at once than allowed end that connection and no other', async () => {
        const bad = await harness.raw('rpc');
        const { cursor } = await link.client.state.snapshot();
        for (let i = 0; i <= 256; i += 1) {
          bad.send(JSON.stringify({ i: `c${i}`, p: { u: '/state/changes', b: { json: cursor } } }));
        }
        await bad.closed;
        expect(await link.client.engine.info()).toMatchObject({ version: '0.0.0' });
      });

      it('calls that are begun and given up without end are bounded too', async () => {
        const bad = await harness.raw('rpc');
        const { cursor } = await link.client.state.snapshot();
        const sent = call({ p: { u: '/state/changes', b: { json: cursor } } });
        for (let i = 0; i < 300; i += 1) {
          bad.send(sent);
          bad.send(JSON.stringify({ i: '1', t: 4 }));
        }
        bad.send('the end');
        await bad.closed;
        expect(await link.client.engine.info()).toMatchObject({ version: '0.0.0' });
      });

      it.each(Object.entries(hostileFrames))('%s ends that channel', async (_name, message) => {
        host.put(domainInfo('web'));
        const { ticket } = await link.client.console.open(onWeb);
        const bad = await harness.raw({ ticket });
        bad.send(message);
        await bad.closed;
        await until(() => host.consoles.get('web')!.streams.size === 0);
        expect(await link.client.engine.info()).toMatchObject({ version: '0.0.0' });
      });
    });
  });
}

const draft = (name: string) => ({ name, source: { kind: 'image' as const, image: 'tiny' } });

/** The one task there is, once it is there. */
async function onlyTask(link: EngineLink) {
  for (;;) {
    const { objects, cursor } = await link.client.state.snapshot();
    const tasks = objects.filter((object) => object.kind === 'task').map(({ value }) => value);
    if (tasks.length > 1) throw new Error(`${tasks.length} tasks`);
    if (tasks[0]) return tasks[0];
    await link.client.state.changes(cursor);
  }
}
