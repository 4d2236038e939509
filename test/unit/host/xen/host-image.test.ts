import { describe, expect, it } from 'vitest';
import { HostImage, maxBytes, maxMs } from '../../../../engine/host/xen/media/host-image.ts';
import { HostImages } from '../../../../engine/host/xen/media/host-images.ts';
import type { BlockReader } from '../../../../engine/storage/fs/index.ts';
import { ManualClock } from '../../../../engine/lib/clock.ts';

const path = '/srv/disk.img';
const content = Buffer.from(Array.from({ length: 1_000_000 }, (_, index) => (index * 7919) & 0xff));

/** A host that has one file; `answer` may say something else than what is asked for. */
function host(
  answer: (blocks: string, command: number) => string | Error = (blocks) => blocks,
  size = content.length,
) {
  const asked: string[] = [];
  const clock = new ManualClock();
  const script = (title: string, _text: string, args: readonly string[] = [], options = {}) => {
    const { signal } = options as { signal?: AbortSignal };
    if (signal?.aborted) return Promise.reject(signal.reason as Error);
    if (title.startsWith('opening')) return Promise.resolve({ code: 0, stdout: `${size}\n`, stderr: '' });
    const [block = 0, first = 0, count = 0] = args.slice(1).map(Number);
    asked.push(`${first}+${count}`);
    const bytes = content.subarray(first * block, (first + count) * block);
    const stdout = answer(bytes.toString('base64').replace(/.{76}/g, '$&\n'), asked.length);
    return stdout instanceof Error
      ? Promise.reject(stdout)
      : Promise.resolve({ code: 0, stdout, stderr: '' });
  };
  return { asked, clock, access: { xl: { script }, clock } };
}

describe('a file of a real host', () => {
  it('is read in blocks, each once, the last one short', async () => {
    const { access, asked } = host();
    const image = await HostImage.open(access, path);
    expect(image.size).toBe(content.length);
    for (const [offset, length] of [
      [10, 20],
      [65_530, 12],
      [999_990, 10],
      [0, 200_000],
    ] as const)
      expect(content.subarray(offset, offset + length).equals(await image.read(offset, length))).toBe(true);
    expect(asked).toEqual(['0+4', '15+1']);
  });

  it.each([
    ['all of its beginning', content.subarray(0, 4 * 65_536), []],
    ['not all of it', content.subarray(0, 100), ['0+4']],
  ])('that came with %s when it was opened is asked for the rest', async (_what, first, then) => {
    const { access, asked } = host();
    const script: typeof access.xl.script = (title, text, args, options) =>
      title.startsWith('opening')
        ? Promise.resolve({ code: 0, stdout: `${content.length}\n${first.toString('base64')}\n`, stderr: '' })
        : access.xl.script(title, text, args, options);
    const image = await HostImage.open({ ...access, xl: { script } }, path);
    expect(content.subarray(1000, 2000).equals(await image.read(1000, 1000))).toBe(true);
    expect(asked).toEqual(then);
  });

  it('is taken a bounded part of at once, and altogether', async () => {
    const { access, asked } = host();
    await (await HostImage.open(access, path)).read(0, content.length);
    expect(asked).toEqual(['0+4', '4+4', '8+4', '12+4']);
    const large = host((blocks) => blocks || Buffer.alloc(4 * 65_536).toString('base64'), 2 ** 40);
    const image = await HostImage.open(large.access, path);
    const readAll = async () => {
      for (let at = 0; ; at += 2 ** 20) await image.read(2 ** 30 + at, 1);
    };
    await expect(readAll()).rejects.toMatchObject({ name: 'FsError', code: 'too-large' });
    expect(large.asked.length).toBe(maxBytes / 65_536 / 4);
    expect(image.problem).toBeNull();
  });

  it.each([
    ['is cut off', (blocks: string) => blocks.slice(0, 1000), 'ERROR_FAIL'],
    ['says nothing', () => '', 'ERROR_FAIL'],
    ['says more than was asked', (blocks: string) => `AAAA${blocks}`, 'ERROR_FAIL'],
    ['is no base64', (blocks: string) => `<html>${blocks.slice(8)}`, 'ERROR_FAIL'],
    ['has gone', () => 'GONE\n', 'ERROR_NOTFOUND'],
    ['cannot be asked', () => new Error('The connection was lost.'), undefined],
  ])('that %s ends the reading, once and for all', async (_what, answer, code) => {
    const { access, asked } = host(answer);
    const image = await HostImage.open(access, path);
    const first = await image.read(0, 10).catch((error: unknown) => error);
    expect(first).toBeInstanceOf(Error);
    expect((first as { code?: string }).code).toBe(code);
    await expect(image.read(500_000, 10)).rejects.toBe(first);
    expect(asked).toHaveLength(1);
  });

  it('takes no longer than it may', async () => {
    const { access, clock } = host();
    const image = await HostImage.open(access, path);
    await image.read(0, 10);
    clock.advance(maxMs + 1);
    await expect(image.read(500_000, 10)).rejects.toMatchObject({ code: 'ERROR_TIMEDOUT' });
    expect(await image.read(5, 1)).toEqual(new Uint8Array(content.subarray(5, 6)));
  });

  it.each([
    ['GONE', 'ERROR_NOTFOUND'],
    ['OTHER', 'ERROR_INVAL'],
    ['511', 'ERROR_INVAL'],
    ['', 'ERROR_FAIL'],
    ['1e9', 'ERROR_FAIL'],
    ['-5', 'ERROR_FAIL'],
  ])('whose size is %j is not opened: %s', async (stdout, code) => {
    const { clock } = host();
    const script = () => Promise.resolve({ code: 0, stdout: `${stdout}\n`, stderr: '' });
    await expect(HostImage.open({ xl: { script }, clock }, path)).rejects.toMatchObject({
      code,
      field: 'disk',
    });
  });
});

describe('looking into a file', () => {
  /** What takes every problem for something unknown, as the readers of file systems do. */
  const lenient = async (reader: BlockReader) =>
    reader.read(0, 1).then(
      () => 'read',
      () => 'unknown',
    );
  const images = (access: ReturnType<typeof host>['access']) => new HostImages(access as never);

  it('fails with what ended it, whatever the reader makes of that', async () => {
    expect(await images(host().access).read(path, undefined, lenient)).toBe('read');
    const lost = images(host(() => new Error('The connection was lost.')).access);
    await expect(lost.read(path, undefined, lenient)).rejects.toThrow('connection was lost');
  });

  it('ends when its caller has gone, and lets the next one in', async () => {
    const gone = new AbortController();
    const { access, asked } = host();
    const look = images(access);
    const reason = new Error('The window was closed.');
    const reading = look.read(path, gone.signal, async (reader) => {
      gone.abort(reason);
      return lenient(reader);
    });
    await expect(reading).rejects.toBe(reason);
    expect(asked).toEqual([]);
    expect(await look.read(path, undefined, lenient)).toBe('read');
  });

  it('is done two at a time: the others wait and leave commands to everybody', async () => {
    const look = images(host().access);
    const release: (() => void)[] = [];
    const held = () =>
      look.read(path, undefined, () => new Promise<void>((resolve) => release.push(resolve)));
    const all = [held(), held(), held()];
    while (release.length < 2) await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(release).toHaveLength(2);
    release[0]?.();
    while (release.length < 3) await new Promise((resolve) => setImmediate(resolve));
    release.forEach((each) => each());
    await Promise.all(all);
  });
});
