import type { HostPrompt } from '../../../engine/api/hosts.ts';

/** What a question is called, and what its button says. */
export const promptWords: Record<HostPrompt['kind'], { title: string; accept: string }> = {
  'host-key': { title: 'Unknown host key', accept: 'Accept the key' },
  passphrase: { title: 'Passphrase of a key', accept: 'Unlock' },
  password: { title: 'Password', accept: 'Log in' },
  'keyboard-interactive': { title: 'The host asks', accept: 'Answer' },
  sudo: { title: 'Password for sudo', accept: 'Continue' },
};
