import type { Part } from '../part.ts';
import { textAt } from '../struct.ts';

/** libxl's JSON spells these two words its own way. */
export const actionWord = (word: string): string =>
  word === 'restart_rename' ? 'rename-restart' : word.replaceAll('_', '-');

/** What is done with a guest that has stopped feeding its watchdog. */
export const watchdog: Part<'watchdog'> = {
  kind: 'watchdog',
  title: 'Watchdog',
  read: (domain) => ({ action: actionWord(textAt(domain, 'on_watchdog') ?? 'destroy') }),
  summary: ({ action }) => action,
  rules: () => ({ action: 'restart' }),
  options: ({ action }) => (action === undefined ? {} : { on_watchdog: action }),
};
