import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RotatingLog } from '../../../../engine/host/local/rotating-log.ts';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'domus-log-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const text = (name: string): Promise<string> => readFile(join(dir, name), 'utf8');

describe('a rotating log', () => {
  it('appends in order, also what comes faster than the disk', async () => {
    const log = new RotatingLog(join(dir, 'made/on/demand/x.log'));
    await Promise.all(['a', 'b', 'c', 'd'].map((line) => log.append(`${line}\n`)));
    expect(await text('made/on/demand/x.log')).toBe('a\nb\nc\nd\n');
  });

  it('goes on where an earlier run stopped', async () => {
    await writeFile(join(dir, 'x.log'), 'before\n');
    await new RotatingLog(join(dir, 'x.log')).append('after\n');
    expect(await text('x.log')).toBe('before\nafter\n');
  });

  it('puts full files aside and keeps the newest of them', async () => {
    const log = new RotatingLog(join(dir, 'x.log'), { maxBytes: 10, keep: 2 });
    for (let n = 0; n < 5; n += 1) await log.append(`${n}`.repeat(10));
    expect((await readdir(dir)).sort()).toEqual(['x.log', 'x.log.1', 'x.log.2']);
    expect(await text('x.log')).toBe('4444444444');
    expect(await text('x.log.1')).toBe('3333333333');
    expect(await text('x.log.2')).toBe('2222222222');
  });

  it('reports what cannot be written and goes on', async () => {
    const problems: string[] = [];
    await writeFile(join(dir, 'file'), '');
    const log = new RotatingLog(join(dir, 'file/x.log'), {
      onError: (error) => problems.push(error.message),
    });
    await log.append('lost');
    expect(problems).toHaveLength(1);
    await rm(join(dir, 'file'));
    await log.append('kept');
    expect(await text('file/x.log')).toBe('kept');
  });
});
