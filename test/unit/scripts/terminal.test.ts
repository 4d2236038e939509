import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

interface Terminal {
  readonly hasNativePart: (directory: string, system: { platform: string; arch: string }) => boolean;
  readonly headersBeside: (execPath: string, version: string) => string | null;
}
interface FailureMark {
  readonly failureMark: (
    name: string,
    directory: string,
  ) => { isRecent(): boolean; note(): void; forget(): void };
}
const script = (name: string): string => join(import.meta.dirname, '../../../scripts', name);
const { hasNativePart, headersBeside } = (await import(script('terminal.mjs'))) as Terminal;
const { failureMark } = (await import(script('failure-mark.mjs'))) as FailureMark;

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'domus-scripts-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

async function put(path: string, text = ''): Promise<void> {
  await mkdir(dirname(join(directory, path)), { recursive: true });
  await writeFile(join(directory, path), text);
}

describe("node-pty's native part", () => {
  it.each([
    ['compiled here', 'build/Release/pty.node', { platform: 'linux', arch: 'x64' }, true],
    ['ready in the package', 'prebuilds/darwin-arm64/pty.node', { platform: 'darwin', arch: 'arm64' }, true],
    [
      'ready for another computer',
      'prebuilds/darwin-arm64/pty.node',
      { platform: 'linux', arch: 'arm64' },
      false,
    ],
    ['Windows has its own', 'prebuilds/win32-x64/conpty.node', { platform: 'win32', arch: 'x64' }, true],
    ['not compiled', 'src/unix/pty.cc', { platform: 'linux', arch: 'x64' }, false],
  ])('%s', async (_case, file, system, expected) => {
    await put(file);
    expect(hasNativePart(directory, system)).toBe(expected);
  });
});

describe('headers beside Node', () => {
  const header = (patch: number): string =>
    [
      '#define NODE_MAJOR_VERSION 20',
      '#define NODE_MINOR_VERSION 19',
      `#define NODE_PATCH_VERSION ${patch}`,
    ].join('\n');

  it('are used when they are of the same version, and only then', async () => {
    expect(headersBeside(join(directory, 'bin', 'node'), '20.19.1')).toBeNull();
    await put('include/node/node_version.h', header(1));
    expect(headersBeside(join(directory, 'bin', 'node'), '20.19.1')).toBe(directory);
    expect(headersBeside(join(directory, 'bin', 'node'), '20.19.2')).toBeNull();
  });
});

describe('a failure', () => {
  it('is remembered for six hours, or until it is forgotten', async () => {
    const mark = failureMark('failed', directory);
    expect(mark.isRecent()).toBe(false);
    mark.note();
    expect(mark.isRecent()).toBe(true);
    const longAgo = new Date(Date.now() - 7 * 3600 * 1000);
    await utimes(join(directory, 'failed'), longAgo, longAgo);
    expect(mark.isRecent()).toBe(false);
    mark.note();
    mark.forget();
    expect(mark.isRecent()).toBe(false);
  });
});
