import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { escapeValue, unescapeValue } from '../../../engine/cli/xenstore/escape.ts';
import { runXenstore } from '../../../engine/cli/xenstore/program.ts';
import { XenStore } from '../../../engine/xenstore/index.ts';
import { joined } from './joined-client.ts';

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function run(store: XenStore, argv: readonly string[], columns?: number): Promise<Ran> {
  let out = '';
  let err = '';
  const code = await runXenstore(argv, {
    open: () => Promise.resolve(joined(store)),
    out: (text) => (out += text),
    err: (text) => (err += text),
    columns,
  });
  return { code, out, err };
}

describe('the xenstore- tools (those of Debian are the measure: see the integration test)', () => {
  test('on a terminal ls cuts lines at its width, also full paths', async () => {
    const store = new XenStore();
    store.write('/d/key', 'v'.repeat(100));
    store.write('/d/a-name-much-longer-than-the-terminal-is-wide', 'v');
    expect((await run(store, ['xenstore-ls', '/d'], 32)).out).toBe(
      'key = "vvvvvvvvvvvvvvvvvvv\\..."\na-name-much-longer-tha = "\\..."\n',
    );
    expect((await run(store, ['xenstore-ls', '-f', '/d'], 32)).out.split('\n')[0]).toBe(
      '/d/key = "vvvvvvvvvvvvvvvvvvvvvv\\..."',
    );
  });

  test('watch takes a depth', async () => {
    const store = new XenStore();
    const running = run(store, ['xenstore-watch', '-d', '1', '-n', '2', '/d']);
    for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
    store.write('/d/x/deep', '');
    store.write('/d/x', '');
    expect((await running).out).toBe('/d\n/d/x\n');
  });

  test('a transaction that meets a conflict is repeated, and prints once', async () => {
    const store = new XenStore();
    store.write('/a', '1');
    store.write('/b', '1');
    let disturbed = 0;
    store.watch('/', () => undefined);
    const inner = joined(store);
    const code = await runXenstore(['xenstore-read', '/a', '/b'], {
      open: () =>
        Promise.resolve({
          request: async (type, payload, transactionId) => {
            const answer = await inner.request(type, payload, transactionId);
            if (type === 'READ' && payload === '/b\0' && disturbed++ < 2)
              store.write('/a', `${disturbed + 1}`);
            return answer;
          },
          nextEvent: () => inner.nextEvent(),
          close: () => inner.close(),
        }),
      out: (text) => expect(text).toBe('3\n1\n'),
      err: (text) => expect(text).toBe(''),
      columns: undefined,
    });
    expect([code, disturbed]).toEqual([0, 3]);
    expect.assertions(2);
  });

  test('control: the answer, what it refuses, and how it is called', async () => {
    const store = new XenStore();
    expect(await run(store, ['xenstore-control', 'check'])).toEqual({ code: 0, out: 'OK\n', err: '' });
    const unknown = await run(store, ['xenstore-control', 'nonsense']);
    expect([unknown.code, unknown.out]).toEqual([3, '']);
    expect(unknown.err).toMatch(/^Command not supported\. Valid commands are:\ncheck /);
    expect(await run(store, ['xenstore-control', 'quota', '77'])).toEqual({
      code: 3,
      out: '',
      err: 'Error 2 when trying to execute command.\n',
    });
    expect((await run(store, ['xenstore-control'])).code).toBe(2);
  });

  test('a connection lost on the way is one line on standard error', async () => {
    const code = await runXenstore(['xenstore-ls'], {
      open: () =>
        Promise.resolve({
          request: () => Promise.reject(new Error('The connection to XenStore was lost')),
          nextEvent: () => Promise.reject(new Error('lost')),
          close: () => undefined,
        }),
      out: () => undefined,
      err: (text) =>
        expect(text).toBe('xenstore-ls: xs_directory (/): The connection to XenStore was lost\n'),
      columns: undefined,
    });
    expect(code).toBe(1);
    expect.assertions(2);
  });

  test('any value survives being shown and read back', () => {
    const bytes = fc.uint8Array().map((array) => Buffer.from(array).toString('latin1'));
    fc.assert(
      fc.property(bytes, (value) => {
        expect(unescapeValue(escapeValue(value))).toBe(value);
      }),
    );
  });
});
