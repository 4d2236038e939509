import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isInstalled, runInstalled, runOwn, type ServedStore, serveFreshStore } from './both-tools.ts';

/*
 * Debian's xenstore-* and ours do the same things, each to a store of its own: same output, same exit codes, same
 * nodes afterwards.
 */

const installed = await isInstalled('xenstore-ls');
if (!installed) console.warn('Skipped: xenstore-utils (Debian) is not installed.');

const LONG = 'q'.repeat(200);

/** In order: later lines build on earlier ones. `xenstore-` is left out. */
const COMMANDS: readonly (readonly string[])[] = [
  ['ls'],
  ['write', '/w/a', 'x\\ty\\x41\\007\\101\\\\z', '/w/b', 'a\nb\x01\\377', '/w/c', '', '/w/d', LONG],
  ['write', '/w/e', 'sp  "q"'],
  ['read', '/w/a', '/w/b'],
  ['read', '-p', '/w/a', '/w/c'],
  ['read', '-R', '/w/a', '/w/c', '/w/b'],
  ['read', '/w/a', '/nope'],
  ['read', '/nope'],
  ['read', '-x', '/w/c'],
  ['read', '--pre', '/w/c'],
  ['read', '--raw', '/w/c'],
  ['read', '--r', '/w/c'],
  ['read', '--what', '/w/c'],
  ['read', '--prefix=1', '/w/c'],
  ['read', '-n', '3', '/w/c'],
  ['read', '--', '/w/c'],
  ['read', '/w/c', '-p'],
  ['read'],
  ['read', '-h'],
  ['ls', '/w'],
  ['ls', '-p', '/w'],
  ['ls', '-f', '/w'],
  ['ls', '-fp', '/w'],
  ['ls', '-p'],
  ['ls', '/nope'],
  ['ls', 'relative'],
  ['ls', '/w', '/tool'],
  ['ls', '-s', '/tool'],
  ['ls', '-t'],
  ['list', '/w'],
  ['list', '-p', '/w', '/tool'],
  ['list', '/nope'],
  ['list', '/w/a'],
  ['exists', '/w'],
  ['exists', '/w', '/nope'],
  ['exists', '/bad path'],
  ['exists', '-p', '/w'],
  ['rm', '/w/zz'],
  ['rm', '/nope/zz'],
  ['rm', '/'],
  ['write', '/x/y/z', '1', '/x/y2', '2'],
  ['rm', '-t', '/x/y/z'],
  ['ls', '/'],
  ['rm', '-t', '/x/y2'],
  ['ls', '/'],
  ['chmod', '/w/b', 'n0', 'r3', 'b7'],
  ['chmod', '/w/b', 'z0'],
  ['chmod', '/w/b'],
  ['chmod', '/nope', 'n0'],
  ['chmod', '-u', '/w/b', 'r0'],
  ['ls', '-p', '/w'],
  ['chmod', '-r', '/w', 'w0'],
  ['chmod', '-u', 'relative', 'n0'],
  ['ls', '-p'],
  ['write', '/w'],
  ['write', '/bad path', '1'],
  ['write', '/w/b', '2', '/w/c'],
  ['write', '-R', '/w/raw', 'a\\tb'],
  ['read', '-R', '/w/raw'],
  ['write', 'rel/x', '1'],
  ['read', '/local/domain/0/rel/x'],
  ['ls', 'rel'],
  ...[
    'bad\\q',
    'end\\',
    '\\x4',
    '\\x',
    '\\xg1',
    '\\x412',
    '\\9',
    '\\4',
    '\\477',
    '\\1234',
    '\\0',
    '\\t\\n\\r',
  ].flatMap((text) => [
    ['write', '/w/z', text],
    ['ls', '-f', '/w'],
  ]),
  ['write', `/deep${'/n'.repeat(60)}`, 'bottom', '/deep/n/name-that-is-really-very-long-for-a-node', LONG],
  ['ls', '/deep'],
  ['ls', '-p', '/deep'],
  ['watch', '-n', '1', '/w'],
  ['watch', '-n', '2', '/w', 'rel'],
  ['watch', '-n', '0', '/w'],
  ['watch', '-n', '1', '/bad path'],
  ['watch', '-n'],
  ['watch', '--number'],
  ['watch'],
];

describe.skipIf(!installed)('the same command with both tools', () => {
  let theirs: ServedStore;
  let ours: ServedStore;

  beforeAll(async () => {
    theirs = await serveFreshStore();
    ours = await serveFreshStore();
  });

  afterAll(async () => {
    await theirs.close();
    await ours.close();
  });

  test.each(COMMANDS.map((words) => [`xenstore-${words.join(' ').slice(0, 70)}`, words] as const))(
    '%s',
    async (_, [mode, ...words]) => {
      const argv = [`xenstore-${mode}`, ...words];
      const expected = await runInstalled(argv, theirs.socketPath);
      expect(await runOwn(argv, ours.socketPath)).toEqual(expected);
      expect(ours.store.dump()).toEqual(theirs.store.dump());
    },
  );

  test.each([
    [['xenstore']],
    [['xenstore', 'nonsense']],
    [['xenstore', 'read', '-h']],
    [['xenstore', 'ls', '-q', '/tool']],
    [['xenstore', 'list', '/tool']],
  ])('%j: the mode as a word', async (argv) => {
    const expected = await runInstalled(argv, theirs.socketPath);
    expect(await runOwn(argv, ours.socketPath)).toEqual(expected);
  });

  test('a store that is not there', async () => {
    for (const mode of ['ls', 'read']) {
      const argv = [`xenstore-${mode}`, '/tool'];
      expect(await runOwn(argv, '/nonexistent/socket')).toEqual(
        await runInstalled(argv, '/nonexistent/socket'),
      );
    }
  });

  test('a directory too long for one message is listed whole and in order', async () => {
    const names = Array.from({ length: 2000 }, (_, index) => `child-${index}`);
    for (const { store } of [theirs, ours]) for (const name of names) store.mkdir(`/many/${name}`);
    const expected = await runInstalled(['xenstore-list', '/many'], theirs.socketPath);
    expect(expected.out).toBe(names.map((name) => `${name}\n`).join(''));
    expect(await runOwn(['xenstore-list', '/many'], ours.socketPath)).toEqual(expected);
  });

  test('xenstore-watch prints each change and ends after its number of events', async () => {
    for (const [run, { store, socketPath }] of [
      [runInstalled, theirs],
      [runOwn, ours],
    ] as const) {
      const watching = run(['xenstore-watch', '-n', '3', '/watched'], socketPath);
      const seen = new Promise<void>((resolve) => {
        const poll = setInterval(() => {
          store.write('/watched/key', 'value');
          store.write('/watched/other', 'value');
        }, 20);
        void watching.finally(() => {
          clearInterval(poll);
          resolve();
        });
      });
      const { code, out } = await watching;
      await seen;
      expect(code).toBe(0);
      expect(out.split('\n').slice(0, 3)).toEqual(['/watched', '/watched/key', '/watched/other']);
    }
  });
});
