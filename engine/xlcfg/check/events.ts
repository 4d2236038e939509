import type { Step } from './context.ts';

/** What a domain does when it stops: the spelling in files and the one in JSON. */
export const SHUTDOWN_ACTIONS: Readonly<Record<string, string>> = {
  destroy: 'destroy',
  restart: 'restart',
  'rename-restart': 'restart_rename',
  preserve: 'preserve',
  'coredump-destroy': 'coredump_destroy',
  'coredump-restart': 'coredump_restart',
  'soft-reset': 'soft_reset',
};

export const SHUTDOWN_EVENTS: readonly (readonly [key: string, preset: string])[] = [
  ['on_poweroff', 'destroy'],
  ['on_reboot', 'restart'],
  ['on_watchdog', 'destroy'],
  ['on_crash', 'destroy'],
  ['on_soft_reset', 'soft-reset'],
];

const events: Step = (context) => {
  for (const [key, preset] of SHUTDOWN_EVENTS) {
    const word = context.reader.string(key) ?? preset;
    const action = Object.hasOwn(SHUTDOWN_ACTIONS, word) ? SHUTDOWN_ACTIONS[word] : undefined;
    if (action === undefined)
      context.fail('bad-action', `Unknown ${key} action "${word}" specified`, { param: key, near: word });
    context.config[key] = action;
  }
};

export const EVENTS: readonly Step[] = [events];
