import { describe, expect, it } from 'vitest';
import { isShortcut, typesText, type KeyPress } from '../../../../renderer/action/shortcut.ts';

const press = (patch: Partial<KeyPress>): KeyPress => ({
  key: '',
  code: '',
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...patch,
});

describe('a shortcut', () => {
  it.each([
    ['Ctrl+K', press({ key: 'k', ctrlKey: true }), true],
    ['Ctrl+K', press({ key: 'K', metaKey: true }), true],
    ['Ctrl+K', press({ key: 'k' }), false],
    ['Ctrl+K', press({ key: 'k', ctrlKey: true, altKey: true }), false],
    ['Ctrl+K', press({ key: 'K', ctrlKey: true, shiftKey: true }), false],
    ['Alt+N', press({ key: 'n', code: 'KeyN', altKey: true }), true],
    ['Alt+N', press({ key: '˜', code: 'KeyN', altKey: true }), true],
    ['Alt+N', press({ key: 'n', code: 'KeyN' }), false],
    ['/', press({ key: '/' }), true],
    ['/', press({ key: '/', shiftKey: true }), true],
    ['Shift+?', press({ key: '?', shiftKey: true }), true],
    ['F6', press({ key: 'F6' }), true],
  ])('%s on %o: %s', (shortcut, event, expected) => {
    expect(isShortcut(shortcut, event)).toBe(expected);
  });

  it.each([
    ['/', true],
    ['Shift+?', true],
    ['Ctrl+K', false],
    ['Alt+N', false],
    ['F6', false],
  ])('%s would be text in a field: %s', (shortcut, expected) => {
    expect(typesText(shortcut)).toBe(expected);
  });
});
