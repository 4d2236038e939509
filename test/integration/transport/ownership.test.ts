import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { claim, isAnswered } from '../../../engine/entry/ownership.ts';

const mode = async (path: string): Promise<string> => ((await stat(path)).mode & 0o777).toString(8);

describe('ownership of a state directory', () => {
  let directory: string;
  let path: string;
  const servers: ReturnType<typeof createServer>[] = [];
  const server = () => {
    const made = createServer();
    servers.push(made);
    return made;
  };

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'domus-own-'));
    path = join(directory, 'run', 'domus.sock');
  });
  afterEach(async () => {
    for (const made of servers.splice(0)) made.close();
    await rm(directory, { recursive: true });
  });

  it('goes to the first that comes, for the same user only', async () => {
    expect(await claim(path, server())).toBe(true);
    expect(await claim(path, server())).toBe(false);
    expect(await mode(path)).toBe('600');
    expect(await mode(join(directory, 'run'))).toBe('700');
  });

  it('goes to exactly one of many that come at once', async () => {
    const claims = await Promise.all(Array.from({ length: 10 }, () => claim(path, server())));
    expect(claims.filter(Boolean)).toHaveLength(1);
  });

  it('is taken over from one that was killed', async () => {
    await claim(path, server());
    // What `kill -9` leaves: a socket file and perhaps a lock, with nobody behind them.
    servers.splice(0).forEach((made) => made.close());
    await writeFile(path, '');
    await writeFile(`${path}.lock`, '999999999');
    expect(await isAnswered(path)).toBe(false);
    expect(await claim(path, server())).toBe(true);
    expect(await isAnswered(path)).toBe(true);
  });
});
