import { homedir, userInfo } from 'node:os';

/** Where a person's ssh keeps its things, and who they are. */
export interface SshHome {
  readonly home: string;
  readonly user: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  /** The only configuration file there is (`ssh -F`); by default ~/.ssh/config and the system's. */
  readonly config?: string;
}

export function sshHome(): SshHome {
  const name = (): string => {
    try {
      return userInfo().username;
    } catch {
      return process.env['USER'] ?? 'root';
    }
  };
  return { home: homedir(), user: name(), env: process.env, platform: process.platform };
}
