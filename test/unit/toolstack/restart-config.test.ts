import { describe, expect, it } from 'vitest';
import { readGuestConfig } from '../../../engine/toolstack/read-config.ts';
import { restartConfig } from '../../../engine/toolstack/restart-config.ts';

const read = (disks: readonly string[], options = '') =>
  readGuestConfig(
    `name="web"\ntype="hvm"\nmemory=64\ndisk=[${disks.map((disk) => `"${disk}"`).join(',')}]\n${options}`,
    'web.cfg',
    2,
  ).config;
const a = '/a.img,raw,xvda,w';
const b = '/b.img,raw,xvdb,w';
const paths = (of: ReturnType<typeof read>) => of.disks.map(({ path }) => path);

describe('what a domain reboots with', () => {
  it.each<[string, string[], string[], string[], string[]]>([
    ['has what it had', [a], [a], [a], ['/a.img']],
    ['keeps a disk that was plugged in', [a], [a], [a, b], ['/a.img', '/b.img']],
    ['is without a disk that was taken out', [a, b], [a, b], [a], ['/a.img']],
    ['gets a disk that its file got meanwhile', [a, b], [a], [a], ['/a.img', '/b.img']],
    ['is without a disk that its file lost meanwhile', [a], [a, b], [a, b], ['/a.img']],
    ['has the new image of its file', ['/c.img,raw,xvda,w'], [a], [a], ['/c.img']],
    ['keeps an image that was changed while it ran', [a], [a], ['/c.img,raw,xvda,w'], ['/c.img']],
    ['lets its file win where both changed', ['/d.img,raw,xvda,w'], [a], ['/c.img,raw,xvda,w'], ['/d.img']],
    ['has nothing twice that was added to both', [a, b], [a], [a, b], ['/a.img', '/b.img']],
  ])('%s', (_, now, before, present, expected) => {
    const config = restartConfig(read(now), { file: read(before), present: read(present) });
    expect(paths(config)).toEqual(expected);
    expect(config.libxl['disks']).toHaveLength(expected.length);
  });

  it('has everything else as its file says now', () => {
    const before = read([a], 'vif=["mac=00:16:3e:00:00:01"]');
    const now = read([a], 'vif=["mac=00:16:3e:00:00:01"]\ncpu_weight=300');
    const present = { ...before, nics: before.nics.map((nic) => ({ ...nic, link: false })) };
    const config = restartConfig(now, { file: before, present });
    expect(config.cpuWeight).toBe(300);
    expect(config.nics).toMatchObject([{ devid: 0, link: false }]);
  });

  it('numbers its channels anew when one went and one came', () => {
    const channels = (...names: string[]) =>
      read([a], `channel=[${names.map((name) => `"name=${name},connection=pty"`).join(',')}]`);
    const file = channels('first', 'second');
    const present = { ...file, channels: channels('first', 'second', 'late').channels.slice(1) };
    const config = restartConfig(file, { file, present });
    expect(config.channels).toMatchObject([
      { index: 0, name: 'second' },
      { index: 1, name: 'late' },
    ]);
  });
});
