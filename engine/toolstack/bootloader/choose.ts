import { abortReason } from '../../lib/abort.ts';
import type { Clock } from '../../lib/clock.ts';
import { type BootConfig, bootError } from './boot-config.ts';
import { MenuSession } from './menu-session.ts';

/** The domain's serial console while its boot loader has it. */
export interface BootConsole {
  /** Is anybody looking? */
  readonly watched: boolean;
  write(text: string): void;
  /** Calls back with what is typed; one listener. */
  onInput(listener: (text: string) => void): void;
  /** Gives the console back. Idempotent. */
  close(): void;
}

/** Longest wait for somebody who has not come: a start is not held up for longer by what a guest's disk says. */
const maxCountdownSeconds = 120;

/**
 * Lets the menu be chosen from on the console, and takes the default entry after its timeout, as pygrub does. A menu that
 * waits without end is shown only when somebody is looking. Rejects with the signal's reason.
 */
export async function chooseOnConsole(
  config: BootConfig,
  options: { heading: string; console: () => BootConsole; clock: Clock; signal: AbortSignal },
): Promise<number> {
  const { clock, signal } = options;
  const { entries, defaultEntry, timeoutSeconds } = config;
  if (entries.length < 2 || timeoutSeconds === 0) return defaultEntry;
  const console = options.console();
  if (timeoutSeconds < 0 && !console.watched) return defaultEntry;
  const session = new MenuSession({
    heading: options.heading,
    titles: entries.map(({ title }) => title),
    defaultEntry,
    timeoutSeconds: Math.min(timeoutSeconds, maxCountdownSeconds),
  });
  return new Promise<number>((resolve, reject) => {
    let cancel = (): void => {};
    const onAbort = (): void => end(() => reject(abortReason(signal)));
    const end = (finish: () => void): void => {
      cancel();
      signal.removeEventListener('abort', onAbort);
      finish();
    };
    const show = (text: string): void => {
      if (text !== '') console.write(text);
      const { choice } = session;
      if (choice !== null) end(() => resolve(choice));
    };
    const second = (): void => {
      show(session.tick());
      if (session.counting) cancel = clock.after(1000, second);
    };
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    console.onInput((text) => show(session.type(text)));
    show(session.draw());
    if (session.counting) cancel = clock.after(1000, second);
  });
}

/** The place of the entry that a title or a number (from 0, as the boot loader counts) names; null: there is none. */
export function findEntry({ entries }: BootConfig, wanted: string): number | null {
  const byTitle = entries.findIndex(({ title }) => title === wanted);
  if (byTitle >= 0) return byTitle;
  const wantedNumber = /^\d{1,6}$/.test(wanted) ? Number(wanted) : -1;
  const byNumber = entries.findIndex(({ number }, index) => (number ?? index) === wantedNumber);
  return byNumber >= 0 ? byNumber : null;
}

/** The same. ERROR_INVAL, field `bootloader_args`, listing what there is. */
export function namedEntry(config: BootConfig, wanted: string): number {
  const found = findEntry(config, wanted);
  if (found !== null) return found;
  const titles = config.entries.map(({ title }, index) => `${index} ${title}`).join(', ');
  throw bootError(
    'ERROR_INVAL',
    `The boot menu has no entry "${wanted.slice(0, 200)}".`,
    `It has: ${titles.slice(0, 800)}.`,
    'bootloader_args',
  );
}
