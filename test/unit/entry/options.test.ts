import { describe, expect, it } from 'vitest';
import {
  defaultStateDirectory,
  parseEngineArguments,
  socketPath,
  UsageError,
} from '../../../engine/entry/options.ts';

describe('engine arguments', () => {
  it.each([
    [[], { mode: 'daemon', stateDirectory: '/x', port: null }],
    [['browser', '--port', '8080'], { mode: 'browser', stateDirectory: '/x', port: 8080 }],
    [['desktop', '--state', '/s'], { mode: 'desktop', stateDirectory: '/s', port: null }],
  ])('%j', (args, expected) => {
    expect(parseEngineArguments(args, { DOMUS_STATE: '/x' })).toEqual(expected);
  });

  it.each([
    [['kiosk']],
    [['browser', '--port', '0']],
    [['browser', '--port', '99999']],
    [['--what']],
    [['daemon', 'x']],
  ])('%j is refused with a sentence', (args) => {
    expect(() => parseEngineArguments(args, {})).toThrow(UsageError);
  });
});

describe('state directory', () => {
  it.each([
    [{ DOMUS_STATE: '/s' }, 'linux', '/s'],
    [{ XDG_DATA_HOME: '/data' }, 'linux', '/data/domus'],
    [{ XDG_DATA_HOME: 'relative' }, 'linux', '/home/u/.local/share/domus'],
    [{}, 'linux', '/home/u/.local/share/domus'],
    [{}, 'darwin', '/home/u/Library/Application Support/domus'],
  ] as const)('%j on %s is %s', (env, platform, expected) => {
    expect(defaultStateDirectory(env, platform, '/home/u')).toBe(expected);
  });

  it('has the socket where dom0 has its own', () => {
    expect(socketPath('/s', 'local', 'linux')).toBe('/s/hosts/local/var/run/domus.sock');
    expect(socketPath('C:\\s', 'local', 'win32')).toMatch(/^\\\\\.\\pipe\\domus-[0-9a-f]{32}$/);
  });

  it('says so when its path is too long for a socket', () => {
    expect(() => socketPath(`/${'x'.repeat(100)}`, 'local', 'linux')).toThrow('too long for a socket');
  });
});
