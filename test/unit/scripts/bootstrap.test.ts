import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

type Packages = { packages: Record<string, { version?: string; optional?: boolean }> };
interface Bootstrap {
  readonly checkNode: (version: string) => string | null;
  readonly agrees: (lock: Packages | null, installed: Packages | null) => boolean;
}
interface Electron {
  readonly hasDisplay: (env: Record<string, string>, platform: string) => boolean;
}

// The scripts are plain JavaScript, because they run before TypeScript is there; so they are imported without types.
const script = (name: string): string => join(import.meta.dirname, '../../../scripts', name);
const { checkNode, agrees } = (await import(script('bootstrap.mjs'))) as Bootstrap;
const { hasDisplay } = (await import(script('electron.mjs'))) as Electron;

describe('Node.js', () => {
  it.each(['20.19.0', '20.20.2', '22.0.0', '24.1.0'])('%s is recent enough', (version) => {
    expect(checkNode(version)).toBeNull();
  });
  it.each(['18.20.0', '20.18.3', '20.9.0'])('%s is too old, and that is said', (version) => {
    expect(checkNode(version)).toBe(`Domus needs Node.js 20.19 or newer; this is ${version}.`);
  });
});

describe('node_modules agree with the lock file', () => {
  const lock: Packages = {
    packages: {
      '': {},
      'node_modules/a': { version: '1.0.0' },
      'node_modules/win-only': { version: '1.0.0', optional: true },
    },
  };
  const installed = (packages: Packages['packages']): Packages => ({ packages });

  it.each([
    ['when all is there', installed({ 'node_modules/a': { version: '1.0.0' } }), true],
    ['not when a version differs', installed({ 'node_modules/a': { version: '2.0.0' } }), false],
    ['not when something is missing', installed({}), false],
    [
      'not when something is left over',
      installed({ 'node_modules/a': { version: '1.0.0' }, 'node_modules/b': { version: '1.0.0' } }),
      false,
    ],
    ['not when npm never ran', null, false],
  ])('%s', (_case, present, expected) => {
    expect(agrees(lock, present)).toBe(expected);
  });
});

describe('a display', () => {
  it.each([
    [{ DISPLAY: ':0' }, 'linux', true],
    [{ WAYLAND_DISPLAY: 'wayland-0' }, 'linux', true],
    [{}, 'linux', false],
    [{}, 'darwin', true],
    [{}, 'win32', true],
  ])('%j on %s: %s', (env, platform, expected) => {
    expect(hasDisplay(env as Record<string, string>, platform)).toBe(expected);
  });
});
