import { describe, expect, test } from 'vitest';
import { encodeFrame, MESSAGE, WireClient, XenStore } from '../../../engine/xenstore/index.ts';
import { joined } from './joined-client.ts';

/** A stream whose other end the test plays. */
function scripted(): { client: WireClient; reply: (bytes: Uint8Array) => void; closed: () => boolean } {
  let receive: (bytes: Uint8Array) => void = () => undefined;
  let closed = false;
  const client = new WireClient({
    write: () => undefined,
    onData: (listener) => (receive = listener),
    onClose: () => undefined,
    close: () => (closed = true),
  });
  return { client, reply: (bytes) => receive(bytes), closed: () => closed };
}

describe('the wire client', () => {
  test('many requests at a time each get their own reply', async () => {
    const client = joined(new XenStore());
    const writes = [1, 2, 3].map((count) => client.request('WRITE', `/a${count}\0${count}`));
    expect(await Promise.all(writes)).toEqual(['OK\0', 'OK\0', 'OK\0']);
    const reads = [3, 1, 2].map((count) => client.request('READ', `/a${count}\0`));
    expect(await Promise.all(reads)).toEqual(['3', '1', '2']);
  });

  test('refusals reject with the name on the wire', async () => {
    const client = joined(new XenStore());
    await expect(client.request('READ', '/none\0')).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(client.request('WRITE', `/a\0${'v'.repeat(5000)}`)).rejects.toMatchObject({ code: 'E2BIG' });
  });

  test('events come in order, waited for or not', async () => {
    const store = new XenStore();
    const client = joined(store);
    const first = client.nextEvent();
    await client.request('WATCH', '/a\0t\0');
    store.write('/a/x', '');
    expect(await first).toEqual({ path: '/a', token: 't' });
    expect(await client.nextEvent()).toEqual({ path: '/a/x', token: 't' });
  });

  test('whatever waits is rejected when the connection ends', async () => {
    const { client } = scripted();
    const waiting = [client.request('READ', '/\0'), client.nextEvent()];
    client.close();
    for (const promise of [...waiting, client.request('READ', '/\0'), client.nextEvent()]) {
      await expect(promise).rejects.toThrow('closed');
    }
  });

  test('a server that talks nonsense is left', async () => {
    const { client, reply, closed } = scripted();
    const waiting = client.request('READ', '/\0');
    reply(encodeFrame(MESSAGE.READ, 99, 0, 'for nobody'));
    reply(Buffer.alloc(16, 0xff));
    await expect(waiting).rejects.toThrow('too long');
    expect(closed()).toBe(true);
  });
});
