import type * as Keyring from '@napi-rs/keyring';
import type { SecretStore } from '../../../api/index.ts';

const service = 'domus';

/** Where passwords and passphrases are kept when a person wishes so: the system's keyring, never a file. */
export interface Secrets {
  state(): Promise<SecretStore>;
  /** null: none is kept, or it cannot be got at. Never rejects. */
  get(account: string): Promise<string | null>;
  /** False when it could not be kept. */
  set(account: string, secret: string): Promise<boolean>;
  remove(account: string): Promise<void>;
}

async function load(): Promise<typeof Keyring | null> {
  try {
    return await import('@napi-rs/keyring');
  } catch {
    return null;
  }
}

/** On Linux only the Secret Service counts: what the kernel keeps is gone with the session. */
const options = { linux: { store: 'secret-service' as const } };

/** The keyring of the system. It is part of an optional package; without it nothing is kept. */
export class SystemKeyring implements Secrets {
  #module: Promise<typeof Keyring | null> | null = null;
  #state: SecretStore | null = null;

  async state(): Promise<SecretStore> {
    this.#state ??= await this.#probe();
    return this.#state;
  }

  async get(account: string): Promise<string | null> {
    try {
      return (await (await this.#entry(account))?.getPassword()) ?? null;
    } catch {
      return null;
    }
  }

  async set(account: string, secret: string): Promise<boolean> {
    try {
      const entry = await this.#entry(account);
      await entry?.setPassword(secret);
      return entry !== null;
    } catch {
      return false;
    }
  }

  async remove(account: string): Promise<void> {
    try {
      await (await this.#entry(account))?.deletePassword();
    } catch {
      // It was not there, or nobody can get at it.
    }
  }

  async #probe(): Promise<SecretStore> {
    this.#module ??= load();
    if ((await this.#module) === null) {
      return {
        available: false,
        why: 'The package for the system keyring is not installed with this Domus.',
      };
    }
    try {
      await (await this.#entry('probe'))?.getPassword();
      return { available: true, why: null };
    } catch {
      return {
        available: false,
        why: 'No keyring of the system is running (on Linux: a Secret Service such as GNOME Keyring or KWallet).',
      };
    }
  }

  async #entry(account: string): Promise<Keyring.AsyncEntry | null> {
    this.#module ??= load();
    const module = await this.#module;
    return module && new module.AsyncEntry(service, account, options);
  }
}

/** Keeps nothing. */
export const noSecrets: Secrets = {
  state: async () => ({ available: false, why: 'Nothing is kept here.' }),
  get: async () => null,
  set: async () => false,
  remove: async () => undefined,
};
