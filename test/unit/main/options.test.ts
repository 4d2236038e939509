import { describe, expect, it } from 'vitest';
import { profileDirectory, readOptions } from '../../../main/options.ts';

describe('the shell’s command line', () => {
  it.each([
    [['electron', '.', '--no-sandbox', '--state', '/s'], {}, '/s'],
    [['domus', '--state=/s'], {}, '/s'],
    [['domus', '--state', '/s'], { DOMUS_STATE: '/x' }, '/s'],
    [['domus'], { DOMUS_STATE: '/x' }, '/x'],
    [['domus'], {}, undefined],
  ])('%j with %j: state is %s', (argv, env, state) => {
    expect(readOptions(argv, env).state).toBe(state);
  });

  it('keeps the profile with the state, so that there is one shell per state directory', () => {
    expect(profileDirectory({ state: '/s' })).toBe('/s/shell');
    expect(profileDirectory({ state: undefined })).toBeUndefined();
  });
});
