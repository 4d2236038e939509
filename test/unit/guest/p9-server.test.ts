import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SharedFolder } from '../../../engine/guest/p9/folder.ts';
import { FileOperations } from '../../../engine/guest/p9/operations.ts';
import { LARGEST_MESSAGE, P9Server } from '../../../engine/guest/p9/server.ts';
import { ERROR_REPLY, P9Reader, P9Writer, REQUEST } from '../../../engine/guest/p9/wire.ts';

const ERROR = { noEntry: 2, badFid: 9, notDirectory: 20, invalid: 22, tooManyOpen: 24, readOnly: 30 };
const errors = { perm: 1, access: 13, loop: 40, unsupported: 95, tooManyFids: 23 };
const NO_FID = 0xffffffff;

let root: string;
let path: string;
let folder: SharedFolder;
let server: P9Server;
let operations: FileOperations;

function serve(readOnly = false): void {
  folder = new SharedFolder(path);
  operations = new FileOperations(folder, readOnly);
  server = new P9Server(operations);
}

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'domus-p9-'));
  path = join(root, 'shared');
  await mkdir(join(path, 'inner'), { recursive: true });
  await writeFile(join(root, 'secret'), 'secret');
  await writeFile(join(path, 'file'), 'content');
  await symlink('../secret', join(path, 'link'));
  await symlink('..', join(path, 'up'));
  serve();
});

afterEach(async () => {
  await operations.fids.clear();
  folder.close();
  await rm(root, { recursive: true, force: true });
});

function message(type: number, body: P9Writer): Uint8Array {
  const bytes = body.bytes();
  return new P9Writer()
    .u32(7 + bytes.length)
    .u8(type)
    .u16(1)
    .data(bytes)
    .bytes();
}

/** The answer's body; for an error its number. */
async function ask(type: number, body: P9Writer): Promise<P9Reader | number> {
  const answer = await server.answer(message(type, body));
  const reader = new P9Reader(answer, 7);
  if (answer[4] === ERROR_REPLY) return reader.u32();
  expect(answer[4]).toBe(type + 1);
  return reader;
}

const words = () => new P9Writer();
const version = (bytes = LARGEST_MESSAGE) => ask(REQUEST.version, words().u32(bytes).text('9P2000.L'));
const attach = () => ask(REQUEST.attach, words().u32(0).u32(NO_FID).text('root').text('').u32(0));
function walk(to: number, ...names: string[]): Promise<P9Reader | number> {
  const body = words().u32(0).u32(to).u16(names.length);
  for (const name of names) body.text(name);
  return ask(REQUEST.walk, body);
}
const open = (fid: number, flags = 0) => ask(REQUEST.lopen, words().u32(fid).u32(flags));
const read = (fid: number, offset = 0n, count = 100) =>
  ask(REQUEST.read, words().u32(fid).u64(offset).u32(count));

describe('A folder as a 9P server has it', () => {
  beforeEach(async () => {
    await version();
    await attach();
  });

  it('is read by walking to a file', async () => {
    await walk(1, 'file');
    await open(1);
    const answer = (await read(1)) as P9Reader;
    expect(Buffer.from(answer.data(answer.u32())).toString()).toBe('content');
  });

  it.each([
    ['a name with a slash', ['inner/../../secret'], ERROR.invalid],
    ['an empty name', [''], ERROR.invalid],
    ['what is not there', ['nothing'], ERROR.noEntry],
  ])('refuses %s', async (_, names, error) => {
    expect(await walk(1, ...names)).toBe(error);
  });

  it('keeps a guest that goes up in the folder', async () => {
    await walk(1, '..', '..', 'inner', '..', '..');
    const entries = words().u32(1).u32(2).u16(1).text('secret');
    expect(await ask(REQUEST.walk, entries)).toBe(ERROR.noEntry);
  });

  it('follows no link, in the middle or at the end', async () => {
    const half = (await walk(1, 'up', 'secret')) as P9Reader;
    expect(half.u16()).toBe(1);
    expect(await open(1)).toBe(ERROR.badFid);
    await walk(2, 'link');
    expect(await open(2)).toBe(errors.loop);
    await walk(3, 'up');
    const create = words().u32(3).text('new').u32(1).u32(0o644).u32(0);
    expect([ERROR.notDirectory, errors.loop]).toContain(await ask(REQUEST.lcreate, create));
    expect(await readdir(root)).toEqual(['secret', 'shared']);
  });

  it('gives files no rights of other users', async () => {
    await ask(REQUEST.lcreate, words().u32(0).text('tool').u32(1).u32(0o6755).u32(0));
    const setattr = words().u32(0).u32(1).u32(0o4755);
    for (let at = 0; at < 2; at += 1) setattr.u32(0);
    for (let at = 0; at < 5; at += 1) setattr.u64(0n);
    await ask(REQUEST.setattr, setattr);
    const attributes = (await ask(REQUEST.getattr, words().u32(0).u64(0x7ffn))) as P9Reader;
    attributes.data(8 + 13);
    expect(attributes.u32() & 0o7000).toBe(0);
  });

  it('makes no links and no devices', async () => {
    expect(await ask(16, words().u32(0).text('a').text('/etc').u32(0))).toBe(errors.unsupported);
    expect(await ask(18, words().u32(0).text('a').u32(0o20666).u32(1).u32(3).u32(0))).toBe(
      errors.unsupported,
    );
  });

  it('has no extended attributes, and says so in the way that Linux goes on from', async () => {
    const [xattrwalk, xattrcreate] = [30, 32];
    expect(await ask(xattrwalk, words().u32(0).u32(9).text('user.note'))).toBe(errors.unsupported);
    expect(await ask(xattrcreate, words().u32(0).text('user.note').u64(1n).u32(0))).toBe(errors.unsupported);
  });

  it('lists a directory piece by piece', async () => {
    await walk(1);
    await open(1);
    const names: string[] = [];
    for (let offset = 0n; ;) {
      const answer = (await ask(REQUEST.readdir, words().u32(1).u64(offset).u32(60))) as P9Reader;
      let left = answer.u32();
      if (left === 0) break;
      while (left > 0) {
        answer.data(13);
        offset = answer.u64();
        answer.u8();
        const name = answer.text();
        names.push(name);
        left -= 24 + name.length;
      }
    }
    expect(names).toEqual(['file', 'inner', 'link', 'up']);
  });

  it('moves what guests have in their hands along with its folder', async () => {
    await ask(REQUEST.mkdir, words().u32(0).text('inner2').u32(0o755).u32(0));
    await walk(1, 'inner2');
    await ask(REQUEST.lcreate, words().u32(1).text('deep').u32(2).u32(0o644).u32(0));
    await ask(REQUEST.renameat, words().u32(0).text('inner2').u32(0).text('moved'));
    await ask(REQUEST.write, words().u32(1).u64(0n).u32(2).data(Buffer.from('ok')));
    expect(await readFile(join(path, 'moved/deep'), 'utf8')).toBe('ok');
    expect(operations.fids.save()).toContainEqual([1, ['moved', 'deep'], 'both', false]);
  });

  it('bounds files in use, open files and answers', async () => {
    for (let fid = 1; fid <= 256; fid += 1) {
      await walk(fid, 'file');
      await open(fid);
    }
    await walk(257, 'file');
    expect(await open(257)).toBe(ERROR.tooManyOpen);
    for (let fid = 258; fid < 16_384; fid += 1) operations.fids.add(fid, []);
    expect(await walk(20_000, 'file')).toBe(errors.tooManyFids);
    const answer = (await read(1, 0n, 0xffffffff)) as P9Reader;
    expect(answer.u32()).toBe(7);
  });

  it('changes nothing when it is read-only', async () => {
    await operations.fids.clear();
    folder.close();
    serve(true);
    await version();
    await attach();
    await walk(1, 'file');
    const requests: [number, P9Writer][] = [
      [REQUEST.lopen, words().u32(1).u32(2)],
      [REQUEST.lopen, words().u32(1).u32(0o1000)],
      [REQUEST.lcreate, words().u32(0).text('new').u32(1).u32(0o644).u32(0)],
      [REQUEST.mkdir, words().u32(0).text('new').u32(0o755).u32(0)],
      [REQUEST.unlinkat, words().u32(0).text('file').u32(0)],
      [REQUEST.renameat, words().u32(0).text('file').u32(0).text('other')],
      [REQUEST.remove, words().u32(1)],
    ];
    for (const [type, body] of requests) expect(await ask(type, body), String(type)).toBe(ERROR.readOnly);
    expect(await readFile(join(path, 'file'), 'utf8')).toBe('content');
  });
});

/** Numbers that look random and are the same each time (mulberry32). */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe('A hostile guest', () => {
  it('gets an answer to every message and never leaves the folder', async () => {
    const random = dice(9);
    const upTo = (most: number): number => Math.floor(random() * most);
    const names = [
      'file',
      'inner',
      'link',
      'up',
      '..',
      '.',
      '',
      'a/b',
      'secret',
      'x\0y',
      'new',
      '\ufeffmark',
    ];
    const types = [...Object.values(REQUEST), 0, 6, 16, 18, 30, 32, 102, 255];
    await version();
    for (let round = 0; round < 4000; round += 1) {
      if (round % 200 === 0) await attach();
      const body = words();
      for (let part = upTo(8); part > 0; part -= 1) {
        const kind = upTo(5);
        if (kind === 0) body.u32(upTo(6));
        else if (kind === 1) body.text(names[upTo(names.length)]!);
        else if (kind === 2) body.u16(upTo(4));
        else if (kind === 3) body.u64(BigInt(upTo(2 ** 31)) << BigInt(upTo(34)));
        else body.data(Uint8Array.from({ length: upTo(12) }, () => upTo(256)));
      }
      const whole = message(types[upTo(types.length)]!, body);
      if (whole[4] === REQUEST.setattr) continue;
      if (upTo(10) === 0) whole[upTo(4)] = upTo(256);
      const answer = await server.answer(
        whole.subarray(0, upTo(20) === 0 ? upTo(whole.length) : whole.length),
      );
      const size = new P9Reader(answer, 0).u32();
      expect(size).toBe(answer.length);
      expect(size).toBeLessThanOrEqual(LARGEST_MESSAGE);
    }
    expect((await readdir(root)).sort()).toEqual(['secret', 'shared']);
    expect(await readFile(join(root, 'secret'), 'utf8')).toBe('secret');
  });

  it('cannot hide nonsense in a saved state', () => {
    for (const saved of [
      null,
      5,
      [
        [1, ['..', 'secret'], null, false],
        [1, ['a/b'], null, false],
      ],
      [['x', [], null]],
    ])
      expect(() => operations.fids.restore(saved)).toThrow();
  });
});
