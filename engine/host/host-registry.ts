import {
  DomusError,
  type DoctorReport,
  type HostDraft,
  type PromptAnswer,
  type SecretStore,
} from '../api/index.ts';
import type { Host } from './host.ts';

/** An answer given before its prompt is asked (again). */
export interface GivenAnswer {
  readonly prompt: string;
  readonly answer: PromptAnswer;
}

/** The hosts of an engine: which there are, and those a person adds and removes while it runs. All failures are `DomusError`. */
export interface HostRegistry {
  /** Live: hosts come and go. */
  readonly hosts: ReadonlyMap<string, Host>;
  /** Remembers the host before it resolves with its id. */
  add(draft: HostDraft, options: { connect: boolean }): Promise<string>;
  settings(host: string): Promise<{ draft: HostDraft; secretStore: SecretStore }>;
  update(host: string, draft: HostDraft): Promise<void>;
  /** Ends the connection and forgets the host; resolves with what puts it back. */
  remove(host: string): Promise<HostDraft>;
  forgetSecrets(host: string): Promise<void>;
  /** `host`: the added one whose kept secrets may be used. */
  test(
    draft: HostDraft,
    host: string | null,
    answers: readonly GivenAnswer[],
    signal: AbortSignal | undefined,
  ): Promise<DoctorReport>;
  sshAliases(): Promise<{ alias: string; summary: string }[]>;
  /** Ends all hosts. */
  close(): Promise<void>;
}

/** Hosts that are given and stay: an engine that takes no others. */
export function fixedHosts(given: readonly Host[]): HostRegistry {
  const refuse = (): Promise<never> =>
    Promise.reject(new DomusError('ERROR_NI', 'Hosts can neither be added to this engine nor changed.'));
  return {
    hosts: new Map(given.map((host) => [host.id, host])),
    add: refuse,
    settings: refuse,
    update: refuse,
    remove: refuse,
    forgetSecrets: refuse,
    test: refuse,
    sshAliases: async () => [],
    close: async () => void (await Promise.all(given.map((host) => host.close()))),
  };
}
