import { connect, createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { responseTo } from '../../../../engine/display/rfb/vnc-auth.ts';
import { DomainDisplay } from '../../../../engine/host/local/domain-display.ts';
import { VncDoor, type VncDoorOptions } from '../../../../engine/host/local/vnc/door.ts';
import { listenFor } from '../../../../engine/host/local/vnc/listen.ts';
import { StandInDisplay, standInMachine } from '../../../support/stand-in-display.ts';

/** A viewer on a real socket that says and hears bytes. */
class Peer {
  readonly socket: Socket;
  closed = false;
  #heard = Buffer.alloc(0);

  constructor(port: number) {
    this.socket = connect({ host: '127.0.0.1', port });
    this.socket.on('data', (bytes) => (this.#heard = Buffer.concat([this.#heard, bytes])));
    this.socket.on('error', () => {});
    this.socket.on('close', () => (this.closed = true));
  }

  say(...bytes: number[]): void {
    this.socket.write(Uint8Array.from(bytes));
  }

  async hear(count: number): Promise<Buffer> {
    await until(() => this.#heard.length >= count || this.closed);
    const head = this.#heard.subarray(0, count);
    this.#heard = this.#heard.subarray(count);
    return head;
  }

  /** Through the handshake without a password; returns what the server says of the screen. */
  async enter(shared = true): Promise<Buffer> {
    await this.hear(12);
    this.socket.write('RFB 003.008\n');
    await this.hear(2);
    this.say(1);
    await this.hear(4);
    this.say(shared ? 1 : 0);
    return this.hear(24 + 'web'.length);
  }
}

async function until(condition: () => boolean): Promise<void> {
  for (let step = 0; step < 1000 && !condition(); step += 1)
    await new Promise((resolve) => setTimeout(resolve, 5));
  expect(condition()).toBe(true);
}

const timing = { handshakeMs: 5000, stalledMs: 200, wrongPasswordMs: 100 };
const anyPort = { listen: '127.0.0.1', port: 5950, unused: true };

let display: DomainDisplay;
let screen: StandInDisplay;
let log: string[];
const opened: { close(): void }[] = [];

async function open(options: Partial<VncDoorOptions> = {}, password = ''): Promise<VncDoor> {
  const door = await VncDoor.open({
    ...{ display, timing, name: () => 'web', log: (line: string) => log.push(line) },
    screen: { ...anyPort, password },
    ...options,
  });
  opened.push(door);
  return door;
}
function visit(door: VncDoor): Peer {
  const peer = new Peer(door.port);
  opened.push({ close: () => peer.socket.destroy() });
  return peer;
}

beforeEach(() => {
  display = new DomainDisplay();
  screen = new StandInDisplay(32, 16);
  display.connect(standInMachine(screen));
  log = [];
});
afterEach(() => {
  for (const one of opened.splice(0)) one.close();
});

describe('the door for VNC viewers', () => {
  it('shows the picture there is, and passes keys and pointer on', async () => {
    const peer = visit(await open());
    const init = await peer.enter();
    expect([init.readUInt16BE(0), init.readUInt16BE(2), init.subarray(24).toString()]).toEqual([
      32,
      16,
      'web',
    ]);
    peer.say(3, 0, 0, 0, 0, 0, 0, 32, 0, 16);
    const update = await peer.hear(4 + 12 + 32 * 16 * 4);
    expect([...update.subarray(16, 20)]).toEqual([0x33, 0x22, 0x11, 0xff]);
    peer.say(4, 1, 0, 0, 0, 0, 0, 97);
    peer.say(5, 1, 0, 3, 0, 4);
    await until(() => screen.log.length === 2);
    expect(screen.log).toEqual(['key 30 down', 'pointer 3,4 left']);
    expect(display.viewers).toBe(1);
    peer.socket.destroy();
    await until(() => display.viewers === 0);
    expect(screen.watched).toBe(false);
  });

  it('takes the next free port, or says that the one asked for is taken', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { port: number };
    opened.push({ close: () => other.close() });
    await expect(listenFor({ listen: '127.0.0.1', port, unused: false })).rejects.toMatchObject({
      code: 'ERROR_FAIL',
      field: 'vncdisplay',
    });
    const found = await listenFor({ listen: '127.0.0.1', port, unused: true });
    opened.push(found.server);
    expect(found.port).toBeGreaterThan(port);
    await expect(listenFor({ listen: '192.0.2.1', port: 5950, unused: true })).rejects.toMatchObject({
      field: 'vnclisten',
    });
  });

  it('asks for the password, and makes those wait who come after a wrong one', async () => {
    const door = await open({}, 'secret');
    const answer = async (peer: Peer, password: string): Promise<number> => {
      await peer.hear(12);
      peer.socket.write('RFB 003.008\n');
      expect([...(await peer.hear(2))]).toEqual([1, 2]);
      peer.say(2);
      peer.socket.write(responseTo(await peer.hear(16), password));
      return (await peer.hear(4)).readUInt32BE(0);
    };
    const wrong = visit(door);
    expect(await answer(wrong, 'guess')).toBe(1);
    await until(() => wrong.closed);
    const since = Date.now();
    expect(await answer(visit(door), 'secret')).toBe(0);
    expect(Date.now() - since).toBeGreaterThan(50);
    expect(log).toEqual([expect.stringMatching(/cut off: The password was wrong/)]);
  });

  it('lets several look; one that will not share puts the others out', async () => {
    const door = await open();
    const [first, second, alone, late] = [visit(door), visit(door), visit(door), visit(door)];
    await first.enter();
    await second.enter();
    expect(display.viewers).toBe(2);
    await alone.enter(false);
    await until(() => first.closed && second.closed);
    await late.enter().catch(() => {});
    await until(() => late.closed);
    expect(display.viewers).toBe(1);
    alone.socket.destroy();
    await until(() => display.viewers === 0);
    await visit(door).enter();
    expect(display.viewers).toBe(1);
  });

  it('holds one update at most for a viewer that stops reading, and cuts it off in the end', async () => {
    screen.resize(1600, 1200);
    const door = await open();
    const stuck = visit(door);
    await stuck.enter();
    stuck.socket.pause();
    for (let step = 0; step < 50; step += 1) {
      stuck.say(3, 0, 0, 0, 0, 0, 6, 64, 4, 176);
      screen.paint(step);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(door.waitingBytes).toBeLessThanOrEqual(2 * 1600 * 1200 * 4);
    await until(() => display.viewers === 0);
    expect(log).toEqual([expect.stringMatching(/taken nothing/)]);
  });

  it('cuts off who says nothing, and who speaks something else', async () => {
    const door = await open({ timing: { ...timing, handshakeMs: 50 } });
    const [silent, other] = [visit(door), visit(door)];
    other.socket.write('GET / HTTP/1.1\r\n\r\n');
    await until(() => silent.closed && other.closed);
    const reasons = log.map((line) => line.replace(/.* was cut off: /, ''));
    expect(reasons.toSorted()).toEqual([
      'It did not say what it wants.',
      'The viewer speaks another version of RFB.',
    ]);
    expect(screen.watched).toBe(false);
  });

  it('lets no more in than 32, counting those that have said nothing yet', async () => {
    const door = await open();
    const peers = Array.from({ length: 40 }, () => visit(door));
    await until(() => peers.filter(({ closed }) => closed).length >= 8);
    expect(peers.filter(({ closed }) => !closed)).toHaveLength(32);
  });

  it('closes with the run', async () => {
    const door = await open();
    const peer = visit(door);
    await peer.enter();
    door.close();
    await until(() => peer.closed);
    const late = visit(door);
    await until(() => late.closed);
  });
});
