import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Handshake } from '../../../engine/display/rfb/handshake.ts';
import type { ByteStream } from '../../../engine/host/operation.ts';
import { failure } from '../../contract/host-suite.ts';
import { fakeDom0, type FakeDom0 } from '../../support/fake-dom0.ts';
import {
  connectedXenHost,
  waitFor,
  xenHostHarness,
  type XenHostHarness,
} from '../../support/xen-host-harness.ts';

/** A VNC server of 4 × 2 red pixels that keeps what its viewers say once they are in. */
interface FakeVnc {
  readonly port: number;
  heard(): Buffer;
  close(): void;
}

const init = Buffer.concat([
  Buffer.from([0, 4, 0, 2, 32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0, 0, 0, 0, 0, 0, 0, 4]),
  Buffer.from('test'),
]);
const red = Buffer.concat(Array.from({ length: 8 }, () => Buffer.from([255, 0, 0, 0])));
const head = Buffer.from([0, 0, 0, 1, 0, 0, 0, 0, 0, 4, 0, 2, 0, 0, 0, 0]);
const update = Buffer.concat([head, red]);
/** The same with 16 bits a pixel, for a viewer that wants that. */
const smallUpdate = Buffer.concat([head, ...Array.from({ length: 8 }, () => Buffer.from([0x00, 0xf8]))]);

async function fakeVnc(password: string): Promise<FakeVnc> {
  let heard = Buffer.alloc(0);
  const serve = (socket: Socket): void => {
    const handshake = new Handshake(password, (bytes) => void socket.write(bytes));
    let bytes = Buffer.alloc(0);
    let isIn = false;
    let bits = 32;
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      while (!isIn && bytes.length >= handshake.needed) {
        const { needed } = handshake;
        const step = handshake.take(bytes.subarray(0, needed));
        bytes = bytes.subarray(needed);
        if (step.kind === 'out') return void socket.end();
        if (step.kind !== 'in') continue;
        isIn = true;
        socket.write(init);
      }
      if (!isIn) return;
      heard = Buffer.concat([heard, bytes]);
      if (bytes[0] === 0 && bytes.length >= 20) bits = bytes[4] ?? bits;
      if (bytes.length >= 10 && bytes.at(-10) === 3) socket.write(bits === 16 ? smallUpdate : update);
      bytes = Buffer.alloc(0);
    });
  };
  const server: Server = createServer(serve);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { port, heard: () => heard, close: () => server.close() };
}

let dom0: FakeDom0;
let vnc: FakeVnc;
let harness: XenHostHarness;
beforeEach(async () => {
  dom0 = await fakeDom0();
  vnc = await fakeVnc('secret');
  await dom0.running({ domid: 3, name: 'screen' });
  await door('secret');
  harness = await connectedXenHost(dom0.draft());
});
afterEach(async () => {
  await harness.close();
  vnc.close();
  await dom0.dispose();
});

/** What the device model wrote into the XenStore. */
const door = (password: string): Promise<void> =>
  dom0.program(
    'xenstore-read',
    `case "$1" in */3/console/vnc-port) echo ${vnc.port};; */vnc-listen) echo 0.0.0.0;; */vnc-pass) echo ${password};; */name) echo Domain-0;; *) exit 1;; esac\n`,
  );
const id = () => harness.host.domains().find(({ name }) => name === 'screen')?.id ?? '';
const display = () => {
  const tools = harness.host.display;
  if (!tools) throw new Error('no display');
  return tools;
};

/** Reads a stream; the viewer is let in without a password. */
async function view(stream: ByteStream): Promise<() => Buffer> {
  let read = Buffer.alloc(0);
  stream.onData((bytes) => {
    read = Buffer.concat([read, bytes]);
    stream.credit(bytes.length);
  });
  stream.credit(64 * 1024);
  await waitFor(() => read.length >= 12, 'the version');
  stream.write(Buffer.from('RFB 003.008\n'));
  await waitFor(() => read.length >= 14, 'the security types');
  expect([...read.subarray(12, 14)]).toEqual([1, 1]);
  stream.write(Uint8Array.of(1));
  await waitFor(() => read.length >= 18, 'the result');
  stream.write(Uint8Array.of(0));
  await waitFor(() => read.length >= 18 + init.length, 'the picture');
  expect(read.subarray(18)).toEqual(init);
  return () => read;
}

const request = Buffer.from([3, 0, 0, 0, 0, 0, 0, 4, 0, 2]);
const key = Buffer.from([4, 1, 0, 0, 0, 0, 0, 65]);

describe('the screen of a domain of a real host', () => {
  it('is reached through the connection, its password known from the host', async () => {
    expect(await display().info(id())).toMatchObject({ mode: 'graphics', password: true, viewers: 0 });
    const stream = await display().open(id(), { readOnly: false });
    const read = await view(stream);
    stream.write(Buffer.concat([key, request]));
    await waitFor(() => read().length >= 18 + init.length + update.length, 'an update');
    expect(vnc.heard()).toEqual(Buffer.concat([key, request]));
    expect((await display().info(id())).viewers).toBe(1);
    stream.close();
    await waitFor(() => true);
  });

  it('can be watched only: what the viewer types does not arrive', async () => {
    const stream = await display().open(id(), { readOnly: true });
    await view(stream);
    stream.write(Buffer.concat([key, request, key]));
    stream.write(request);
    await waitFor(() => vnc.heard().length >= 20, 'the requests');
    expect(vnc.heard()).toEqual(Buffer.concat([request, request]));
    stream.close();
  });

  it('can be taken as a picture', async () => {
    const { png } = await display().screenshot(id());
    expect(Buffer.from(png, 'base64').subarray(1, 4).toString()).toBe('PNG');
  });

  it('comes onto the wall as long as somebody looks, again only when it has changed', async () => {
    const look = async (known = {}) => (await display().thumbnails({ width: 64, domains: [id()], known }))[0];
    const end = performance.now() + 30_000;
    let seen = await look();
    while (seen?.png === null && performance.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      seen = await look();
    }
    expect(seen).toMatchObject({ width: 4, height: 2, png: expect.stringMatching(/^iVBOR/) as unknown });
    expect(await look({ [id()]: seen?.seq ?? 0 })).toMatchObject({ seq: seen?.seq, png: null });
    const elsewhere = await display().thumbnails({ width: 64, domains: ['nobody'], known: {} });
    expect(elsewhere).toEqual([{ domain: 'nobody', seq: 0, width: 0, height: 0, png: null }]);
  });

  it('says why not', async () => {
    await door('wrong');
    expect((await failure(display().open(id(), { readOnly: true }))).message).toContain('password');
    await dom0.program('xenstore-read', 'exit 1\n');
    const none = await failure(display().open(id(), { readOnly: true }));
    expect(none).toMatchObject({ code: 'ERROR_INVAL', message: 'screen has no VNC server.' });
    expect(await display().info(id())).toMatchObject({ mode: 'none', listen: null });
  });
});

describe('a host that is used through sudo', () => {
  it('is given the password when sudo asks, and the command its own input', async () => {
    await harness.close();
    await dom0.program(
      'sudo',
      'shift; [ "$1" = -p ]; printf "%s" "$2" >&2; shift 3; read -r p; [ "$p" = open ] || { echo "Sorry, try again." >&2; exit 1; }; exec "$@"\n',
    );
    harness = await xenHostHarness(dom0.draft({ sudo: true }));
    const { host } = harness;
    host.link?.connect();
    const connection = () => host.info().connection;
    await waitFor(() => connection()?.state === 'asking', 'a question');
    expect(connection()?.prompt).toMatchObject({ kind: 'sudo', fields: [{ secret: true }] });
    const answer = { accept: true, values: ['open'], remember: false };
    await host.link?.answer(connection()?.prompt?.id ?? '', answer);
    await waitFor(() => connection()?.state === 'connected', 'the connection');
    expect(host.domains().map(({ name }) => name)).toContain('screen');
  });
});
