import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeFrame, type MessageName, permissions, XenStore } from '../../../engine/xenstore/index.ts';
import { ScriptClient } from './script-client.ts';

/** The simplest store there is: values by path, in order of creation. Domain 0 only, no transactions. */
class Model {
  readonly #values = new Map<string, string>([
    ['/', ''],
    ['/tool', ''],
    ['/tool/xenstored', ''],
  ]);

  answer(type: MessageName, path: string, value: string): string {
    if (type === 'WRITE') this.#create(path, value);
    if (type === 'MKDIR') this.#create(path, this.#values.get(path) ?? '');
    if (type === 'RM') return this.#remove(path);
    if (type === 'READ') return this.#values.get(path) ?? 'ENOENT\0';
    if (type === 'DIRECTORY') return this.#values.has(path) ? this.#children(path) : 'ENOENT\0';
    return 'OK\0';
  }

  #create(path: string, value: string): void {
    if (!this.#values.has(path) && path !== '/') {
      const parent = parentOf(path);
      if (!this.#values.has(parent)) this.#create(parent, '');
    }
    this.#values.set(path, value);
  }

  #remove(path: string): string {
    if (path === '/') return 'EINVAL\0';
    if (!this.#values.has(path)) return this.#values.has(parentOf(path)) ? 'OK\0' : 'ENOENT\0';
    for (const key of [...this.#values.keys()]) {
      if (key === path || key.startsWith(`${path}/`)) this.#values.delete(key);
    }
    return 'OK\0';
  }

  #children(path: string): string {
    const below = [...this.#values.keys()].filter((key) => key !== '/' && parentOf(key) === path);
    return below.map((key) => `${key.slice(key.lastIndexOf('/') + 1)}\0`).join('');
  }
}

const parentOf = (path: string): string => path.slice(0, path.lastIndexOf('/')) || '/';

const path = fc
  .array(fc.constantFrom('a', 'b', 'c', 'tool'), { maxLength: 4 })
  .map((names) => `/${names.join('/')}`);
const type = fc.constantFrom<MessageName[]>('WRITE', 'MKDIR', 'RM', 'READ', 'DIRECTORY');
const value = fc.string({ maxLength: 5, unit: 'binary-ascii' });

describe('random requests', () => {
  test('of one client are answered as the simplest model of a store would', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(type, path, value), { maxLength: 60 }), (requests) => {
        const model = new Model();
        const client = new ScriptClient(new XenStore());
        for (const [name, at, text] of requests) {
          const payload = name === 'WRITE' ? `${at}\0${text}` : `${at}\0`;
          expect(client.ask(name, payload)[0]?.[1]).toBe(model.answer(name, at, text));
        }
      }),
      { numRuns: 300 },
    );
  });

  test('inside transactions without interference end as the same requests outside', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(type, path, value), { maxLength: 40 }), (requests) => {
        const [direct, inside] = [new XenStore(), new XenStore()];
        const [plain, transacted] = [new ScriptClient(direct), new ScriptClient(inside)];
        transacted.ask('TRANSACTION_START', '\0');
        for (const [name, at, text] of requests) {
          const payload = name === 'WRITE' ? `${at}\0${text}` : `${at}\0`;
          expect(transacted.ask(name, payload, 1)).toEqual(plain.ask(name, payload));
        }
        expect(transacted.ask('TRANSACTION_END', 'T\0', 1)).toEqual([['TRANSACTION_END', 'OK\0']]);
        expect(inside.dump()).toEqual(direct.dump());
      }),
    );
  });

  test('of a guest never reach another’s nodes, and its account always adds up', () => {
    const anything = fc.record({
      type: fc.oneof(
        type,
        fc.constantFrom<MessageName[]>(
          'SET_PERMS',
          'WATCH',
          'TRANSACTION_START',
          'TRANSACTION_END',
          'RESET_WATCHES',
        ),
      ),
      path: fc.oneof(
        path,
        path.map((text) => text.slice(1)),
      ),
      rest: fc.constantFrom('', 'v', 'n5\0', 'n0\0', 'b5\0r0\0', 'T\0', 'F\0', 't\0'),
      transaction: fc.integer({ min: 0, max: 4 }),
    });
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 60 }), (requests) => {
        const store = new XenStore({ guestBounds: { requestsPerSecond: undefined } });
        store.domainCreated(5);
        store.mkdir('/local/domain/5', permissions('n5'));
        store.write('/a/b', 'domain 0’s', permissions('n0'));
        const before = store.dump('/a');
        const guest = new ScriptClient(store, 5);
        for (const request of requests)
          guest.ask(request.type, `${request.path}\0${request.rest}`, request.transaction);
        guest.connection.close();
        expect(guest.ended).toBeUndefined();
        expect(store.dump('/a')).toEqual(before);
        const admin = new ScriptClient(store);
        const usage = admin.ask('CONTROL', 'quota\x005\0')[0]?.[1] ?? '';
        const owned = store.dump().filter(({ permissions: list }) => list[0]?.domid === 5);
        expect(Number(/nodes +: +(\d+)/.exec(usage)?.[1])).toBe(owned.length);
        const bytes = owned.map(({ path: at, value: text, permissions: list }) => {
          const names = store.list(at).join('').length + store.list(at).length;
          return at.length + 16 + 8 * list.length + text.length + names;
        });
        expect(Number(/memory +: +(\d+)/.exec(usage)?.[1])).toBe(bytes.reduce((sum, size) => sum + size, 0));
        expect(admin.ask('CONTROL', 'check\0')).toEqual([['CONTROL', 'OK\0']]);
      }),
    );
  });
});

describe('hostile bytes', () => {
  const hostile = fc.oneof(
    fc.uint8Array({ maxLength: 600 }).map((bytes) => Buffer.from(bytes)),
    fc
      .tuple(
        fc.integer({ min: 0, max: 30 }),
        fc.integer({ min: 0, max: 3 }),
        fc.uint8Array({ maxLength: 200 }),
      )
      .map(([number, id, bytes]) => encodeFrame(number, 1, id, Buffer.from(bytes).toString('latin1'))),
  );

  test.each([0, 5])('from domain %i never throw, and leave the store sound', (domid) => {
    fc.assert(
      fc.property(fc.array(hostile, { maxLength: 60 }), (stream) => {
        const store = new XenStore();
        store.domainCreated(5);
        const client = new ScriptClient(store, domid);
        for (const bytes of stream) client.connection.feed(bytes);
        client.connection.close();
        expect(client.received.every(({ payload }) => payload.length <= 4096)).toBe(true);
        expect(new ScriptClient(store).ask('CONTROL', 'check\0')).toEqual([['CONTROL', 'OK\0']]);
      }),
      { numRuns: 200 },
    );
  });
});
