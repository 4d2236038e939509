import { constants } from 'node:fs';
import { mkdtemp, open, rm, stat, writeFile } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { channelJson, readChannel } from '../../../../engine/device/channel/index.ts';
import type { MachineChannel } from '../../../../engine/guest/machine.ts';
import { systemClock } from '../../../../engine/lib/clock.ts';
import { ConsoleMux } from '../../../../engine/display/console-mux.ts';
import { ChannelEnds } from '../../../../engine/toolstack/channels/index.ts';

/** The guest's side of a channel, by hand. */
class GuestEnd implements MachineChannel {
  readonly name: string;
  readonly open = true;
  room = Infinity;
  heard = '';
  #say: (bytes: Uint8Array) => void | Promise<void> = () => {};
  #drained: () => void = () => {};

  constructor(name: string) {
    this.name = name;
  }
  send(bytes: Uint8Array): number {
    const taken = Math.min(bytes.length, this.room);
    this.room -= taken;
    this.heard += Buffer.from(bytes.subarray(0, taken)).toString();
    return taken;
  }
  onData(listener: (bytes: Uint8Array) => void | Promise<void>): () => void {
    this.#say = listener;
    return () => (this.#say = () => {});
  }
  onDrain(listener: () => void): () => void {
    this.#drained = listener;
    return () => {};
  }
  onRestart = () => () => {};
  say = async (text: string): Promise<void> => this.#say(Buffer.from(text));
  makeRoom(bytes: number): void {
    this.room += bytes;
    this.#drained();
  }
}

let folder: string;
let ends: ChannelEnds;
let guest: GuestEnd;
const muxes = new Map<number, ConsoleMux>();
const channel = (connection: 'pty' | 'socket', path: string | null = null) =>
  readChannel(channelJson({ name: 'agent', connection, path }), 0);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'domus-channel-'));
  guest = new GuestEnd('agent');
  muxes.clear();
  ends = new ChannelEnds({
    domid: 7,
    machine: { channel: (name) => (name === 'agent' ? guest : undefined) },
    clock: systemClock,
    place: (path) => join(folder, path),
    console(number) {
      const mux = new ConsoleMux();
      muxes.set(number, mux);
      return mux;
    },
  });
});
afterEach(async () => {
  await ends.dispose();
  await rm(folder, { recursive: true, force: true });
});

interface Client {
  readonly socket: Socket;
  text: string;
  closed: boolean;
}

async function client(path = join(folder, 'agent.sock')): Promise<Client> {
  const made: Client = { socket: connect(path), text: '', closed: false };
  made.socket.on('data', (bytes) => (made.text += bytes.toString()));
  made.socket.on('close', () => (made.closed = true));
  made.socket.on('error', () => {});
  await new Promise((resolve) => made.socket.once('connect', resolve));
  return made;
}

describe.skipIf(process.platform === 'win32')('a channel over a socket', () => {
  it('carries bytes both ways, to one program at a time; the next one waits', async () => {
    expect(await ends.open(channel('socket', '/agent.sock'))).toBeNull();
    await guest.say('nobody hears this');
    const first = await client();
    first.socket.write('hello guest');
    await expect.poll(() => guest.heard).toBe('hello guest');
    const second = await client();
    second.socket.write(', me too');
    await guest.say('hello host');
    await expect.poll(() => first.text).toBe('hello host');
    expect(second.text).toBe('');
    first.socket.destroy();
    await expect.poll(() => guest.heard).toBe('hello guest, me too');
    await guest.say('now you');
    await expect.poll(() => second.text).toBe('now you');
  });

  it('keeps what the guest has no room for', async () => {
    await ends.open(channel('socket', '/agent.sock'));
    guest.room = 4;
    const { socket } = await client();
    socket.write('a long message');
    await expect.poll(() => guest.heard).toBe('a lo');
    guest.makeRoom(100);
    await expect.poll(() => guest.heard).toBe('a long message');
  });

  it('is gone with the channel, and so is its file', async () => {
    await ends.open(channel('socket', '/agent.sock'));
    const one = await client();
    await ends.close('agent');
    await expect.poll(() => one.closed).toBe(true);
    await expect(stat(join(folder, 'agent.sock'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('takes the place of a socket that a killed program left, and of nothing else', async () => {
    const other = createServer();
    const path = join(folder, 'agent.sock');
    await new Promise<void>((resolve) => other.listen(path, resolve));
    await expect(ends.open(channel('socket', '/agent.sock'))).rejects.toMatchObject({
      code: 'ERROR_FAIL',
      field: 'channel',
    });
    await new Promise((resolve) => other.close(resolve));
    await writeFile(path, 'mine');
    await expect(ends.open(channel('socket', '/agent.sock'))).rejects.toThrow(/is no socket/);
    await expect(ends.open(channel('socket', '/nowhere/agent.sock'))).rejects.toThrow(/ENOENT|EACCES/);
    await expect(ends.open(channel('socket', `/${'x'.repeat(120)}`))).rejects.toThrow(/at most 103 bytes/);
  });
});

describe('a channel over a terminal', () => {
  it('is the PV console of its number', async () => {
    await ends.open(channel('pty'));
    const reader = muxes.get(1)?.open();
    let text = '';
    reader?.onData((bytes) => (text += Buffer.from(bytes).toString()));
    reader?.credit(1000);
    await guest.say('hello host');
    await expect.poll(() => text).toBe('hello host');
    reader?.write(Buffer.from('hello guest'));
    expect(guest.heard).toBe('hello guest');
  });

  it('is a terminal for programs of the host, raw, where node-pty can make one', async (context) => {
    const tty = await ends.open(channel('pty'));
    if (tty === null) return context.skip();
    const file = await open(tty, constants.O_RDWR | constants.O_NOCTTY);
    await guest.say('hello host');
    const { buffer, bytesRead } = await file.read(Buffer.alloc(100), 0, 100);
    expect(buffer.toString('latin1', 0, bytesRead)).toBe('hello host');
    await file.write('hello guest');
    await expect.poll(() => guest.heard).toBe('hello guest');
    await file.close();
  });

  it('is nowhere when the machine has no such channel', async () => {
    expect(await ends.open(readChannel({ name: 'other' }, 1))).toBeNull();
    expect(muxes.size).toBe(0);
  });
});
