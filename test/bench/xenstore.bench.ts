/**
 * XenStore over its socket: requests per second, fan-out of one change, memory per node. The client is a thread of
 * its own; with DOMUS_XENSTORED_PEER naming the socket of a running C xenstored (no guests) the same client measures
 * that one in the same run, else the goals' figures from the reference host stand in the last column alone.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { serveXenStore } from '../../engine/entry/xenstored.ts';
import { encodeFrame, FrameDecoder, MESSAGE, XenStore } from '../../engine/xenstore/index.ts';
import type { Bench, BenchRow } from './row.ts';

const SECONDS_PER_MEASUREMENT = 1.5;

class BenchClient {
  readonly #socket: Socket;
  readonly #decoder = new FrameDecoder();
  /** Called with each message's type and payload. */
  onMessage: (type: number, payload: () => string) => void = () => undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (bytes) => {
      this.#decoder.push(bytes);
      for (let frame = this.#decoder.next(); frame; frame = this.#decoder.next()) {
        const { buffer, start, end } = frame;
        this.onMessage(frame.type, () => buffer.toString('latin1', start, end));
      }
    });
  }

  static open(path: string): Promise<BenchClient> {
    return new Promise((resolve, reject) => {
      const socket = connect(path, () => resolve(new BenchClient(socket)));
      socket.on('error', reject);
    });
  }

  write(bytes: Buffer): void {
    this.#socket.write(bytes);
  }

  /** Sends one request and waits for its reply. */
  ask(type: number, payload: string, transactionId = 0): Promise<string> {
    return new Promise((resolve, reject) => {
      this.onMessage = (answer, text) => {
        if (answer === MESSAGE.WATCH_EVENT) return;
        if (answer === MESSAGE.ERROR) reject(new Error(text()));
        else resolve(text());
      };
      this.write(encodeFrame(type, 1, transactionId, payload));
    });
  }

  close(): void {
    this.#socket.destroy();
  }
}

const PATH = '/local/domain/1/device/vbd/51712/state';

/** Requests by name; the counter makes MKDIR create something each time. */
const REQUESTS: Readonly<Record<string, (count: number) => [type: number, payload: string]>> = {
  READ: () => [MESSAGE.READ, `${PATH}\0`],
  WRITE: (count) => [MESSAGE.WRITE, `${PATH}\0${count % 10}`],
  MKDIR: (count) => [MESSAGE.MKDIR, `/bench/${count % 1000}/${count}\0`],
};

/** Requests per second with `depth` of them under way; each batch leaves as one write. */
function throughput(client: BenchClient, name: string, depth: number): Promise<number> {
  const make = REQUESTS[name] as (count: number) => [number, string];
  let sent = 0;
  const batch = (): Buffer =>
    Buffer.concat(
      Array.from({ length: depth }, () => {
        sent += 1;
        const [type, payload] = make(sent);
        return encodeFrame(type, sent, 0, payload);
      }),
    );
  const fixed = name === 'MKDIR' ? undefined : batch();
  return new Promise((resolve) => {
    let answered = 0;
    let missing = depth;
    const begun = performance.now();
    client.onMessage = () => {
      answered += 1;
      missing -= 1;
      if (missing > 0) return;
      const seconds = (performance.now() - begun) / 1000;
      if (seconds > SECONDS_PER_MEASUREMENT) return resolve(answered / seconds);
      missing = depth;
      client.write(fixed ?? batch());
    };
    client.write(fixed ?? batch());
  });
}

/** Transactions of five writes per second, one request at a time. */
async function transactions(client: BenchClient): Promise<number> {
  const begun = performance.now();
  let done = 0;
  while (performance.now() - begun < SECONDS_PER_MEASUREMENT * 1000) {
    const id = parseInt(await client.ask(MESSAGE.TRANSACTION_START, '\0'), 10);
    for (let key = 0; key < 5; key += 1) await client.ask(MESSAGE.WRITE, `/bench/t/${key}\0${done}`, id);
    await client.ask(MESSAGE.TRANSACTION_END, 'T\0', id);
    done += 1;
  }
  return done / ((performance.now() - begun) / 1000);
}

/** Milliseconds from sending a write to the last of `watchers` connections having its event; the median. */
async function fanOut(path: string, watchers: number): Promise<number> {
  const clients: BenchClient[] = [];
  for (let count = 0; count < watchers; count += 1) {
    const client = await BenchClient.open(path);
    await client.ask(MESSAGE.WATCH, '/bench/watched\0token\0');
    clients.push(client);
  }
  const writer = await BenchClient.open(path);
  const samples: number[] = [];
  for (let round = 0; round < 200; round += 1) {
    let missing = watchers;
    const all = new Promise<void>((resolve) => {
      for (const client of clients) {
        client.onMessage = (type) => {
          if (type === MESSAGE.WATCH_EVENT && (missing -= 1) === 0) resolve();
        };
      }
    });
    const begun = performance.now();
    writer.write(encodeFrame(MESSAGE.WRITE, 1, 0, '/bench/watched\0x'));
    await all;
    samples.push(performance.now() - begun);
  }
  for (const client of [...clients, writer]) client.close();
  return samples.sort((a, b) => a - b)[samples.length >> 1] as number;
}

type Figures = Readonly<Record<string, number>>;

async function measure(path: string): Promise<Figures> {
  const client = await BenchClient.open(path);
  await client.ask(MESSAGE.WRITE, `${PATH}\x004`);
  const figures: Record<string, number> = {};
  for (const [name, depth] of [
    ['READ', 1],
    ['WRITE', 1],
    ['READ', 32],
    ['WRITE', 32],
    ['MKDIR', 32],
  ] as const) {
    await throughput(client, name, depth);
    figures[`${name}, depth ${depth}`] = await throughput(client, name, depth);
  }
  figures['transactions of 5 writes'] = await transactions(client);
  figures['fan-out, 1 watcher'] = await fanOut(path, 1);
  figures['fan-out, 100 connections'] = await fanOut(path, 100);
  await client.ask(MESSAGE.RM, '/bench\0');
  client.close();
  return figures;
}

/** The client's side, in a thread of its own. */
function measureInThread(path: string): Promise<Figures> {
  const worker = new Worker(new URL(import.meta.url), { workerData: { xenstoreSocket: path } });
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

/** Megabytes of heap for 10,000 nodes as a host full of domains has them. */
function memoryMegabytes(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  const before = process.memoryUsage();
  const store = new XenStore();
  for (let count = 0; store.nodeCount < 10_000; count += 1) {
    store.write(`/local/domain/${count >> 4}/device/vbd/${51712 + (count & 15) * 16}/ring-ref`, `${count}`);
  }
  collect();
  const after = process.memoryUsage();
  const bytes = after.heapUsed + after.external - before.heapUsed - before.external;
  return store.nodeCount > 0 ? bytes / 1e6 : NaN;
}

/** What the reference host's C xenstored reached, and how much of it is asked. */
const GOALS: Readonly<Record<string, string>> = {
  'READ, depth 1': '≥ 1× (C: 19,200)',
  'WRITE, depth 1': '≥ 1× (C: 19,300)',
  'READ, depth 32': '≥ 0.5× (C: 177,000)',
  'WRITE, depth 32': '≥ 0.5× (C: 143,000)',
  'MKDIR, depth 32': '≥ 0.5× (C: 120,000)',
  'transactions of 5 writes': '≥ 1× (C: 2,100)',
  'fan-out, 1 watcher': '≤ 2× (C: 0.041)',
  'fan-out, 100 connections': '≤ 2× (C: 0.61)',
};

const run: Bench = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'domus-bench-'));
  const server = await serveXenStore(new XenStore(), join(folder, 'socket'));
  const own = await measureInThread(server.socketPath);
  await server.close();
  await rm(folder, { recursive: true, force: true });
  const peerSocket = process.env['DOMUS_XENSTORED_PEER'];
  const peer = peerSocket === undefined ? undefined : await measureInThread(peerSocket);
  const rows = Object.entries(own).map(([what, value]): BenchRow => {
    const compared = peer ? { peer: 'C xenstored', peerValue: peer[what] as number } : {};
    const unit = what.startsWith('fan-out') ? 'ms' : '/s';
    return { what: `xenstore ${what}`, value, unit, goal: GOALS[what] as string, ...compared };
  });
  return [
    ...rows,
    {
      what: 'xenstore memory of 10,000 nodes',
      value: memoryMegabytes(),
      unit: 'MB',
      goal: '≤ 10 MB (C: 4.1)',
    },
  ];
};

if (!isMainThread) {
  const { xenstoreSocket } = workerData as { xenstoreSocket: string };
  void measure(xenstoreSocket).then((figures) => {
    parentPort?.postMessage(figures);
    parentPort?.close();
  });
}

export default run;
