import { DomusError, type HostConnection, type HostDraft, type PromptAnswer } from '../../../api/index.ts';
import type { CancelTimer, Clock } from '../../../lib/clock.ts';
import type { HostLink } from '../../host.ts';
import type { Answers } from './answers.ts';
import { pauseMs } from './backoff.ts';
import type { Traffic } from '../shell/transport.ts';
import { openSession, type Session, type SessionMaker, targetOf } from './session.ts';
import { ConnectError, type Steps } from './steps.ts';

/** What has to be done when a host comes and goes. */
export interface LinkListener {
  /** A session begins; it counts as connected when this resolves. A rejection is a failed try. */
  up(session: Session): Promise<void>;
  /** It has ended, however that came. */
  down(): void;
  /** The state has changed. */
  changed(): void;
}

const stages: Readonly<Record<string, string>> = {
  name: 'Looking up the name',
  port: 'Connecting',
  hostKey: 'Checking the host key',
  authentication: 'Logging in',
  shell: 'Running a first command',
  sudo: 'Checking the rights',
  toolstack: 'Asking xl',
  xenstore: 'Asking the XenStore',
  version: 'Checking the version',
};

/** Keeps one host connected: tries, asks, tries again later, and says at every moment what is the matter. */
export class Link implements HostLink {
  readonly #maker: SessionMaker;
  readonly #clock: Clock;
  readonly #answers: Answers;
  readonly #listener: LinkListener;
  #draft: HostDraft;
  #state: Omit<HostConnection, 'prompt' | 'target'>;
  #session: Session | null = null;
  #trying: { readonly abort: AbortController; readonly ended: Promise<void> } | null = null;
  #cancelRetry: CancelTimer = () => undefined;

  constructor(options: { maker: SessionMaker; draft: HostDraft; answers: Answers; listener: LinkListener }) {
    this.#maker = options.maker;
    this.#clock = options.maker.clock;
    this.#draft = options.draft;
    this.#answers = options.answers;
    this.#listener = options.listener;
    this.#state = {
      state: 'disconnected',
      since: this.#clock.wallMs(),
      retryAt: null,
      attempt: 0,
      stage: '',
      error: null,
    };
  }

  get connection(): HostConnection {
    const prompt = this.#answers.prompt;
    const state = prompt && this.#state.state === 'connecting' ? 'asking' : this.#state.state;
    return { ...this.#state, state, prompt, target: targetOf(this.#draft) };
  }

  /** ERROR_NOT_READY when it is not connected. */
  get session(): Session {
    if (this.#session) return this.#session;
    throw new DomusError('ERROR_NOT_READY', 'The host is not connected.', {
      fix: this.#state.error?.fix ?? 'Connect it first.',
    });
  }

  connect(): void {
    if (this.#session || this.#trying) return;
    this.#set({ attempt: 0 });
    this.#try();
  }

  async disconnect(): Promise<void> {
    this.#cancelRetry();
    const { abort, ended } = this.#trying ?? {};
    abort?.abort(new DomusError('ERROR_ABORTED', 'The connection was given up.'));
    await ended;
    this.#drop();
    this.#set({ state: 'disconnected', retryAt: null, attempt: 0, stage: '', error: null });
  }

  /** A new way to reach it: what is connected by the old one ends. */
  async replace(draft: HostDraft): Promise<void> {
    const was = this.#state.state;
    await this.disconnect();
    this.#draft = draft;
    if (was === 'disconnected') this.#listener.changed();
    else this.connect();
  }

  answer(prompt: string, answer: PromptAnswer): Promise<void> {
    return this.#answers.answer(prompt, answer);
  }

  traffic(): Traffic {
    return this.#session?.traffic() ?? { sentBytes: 0, receivedBytes: 0, roundTripMs: null };
  }

  /** The session has turned out to be of no use (the XenStore is gone, say): end it, and try again later. */
  fail(error: Error): void {
    if (!this.#session) return;
    this.#drop();
    this.#failed(error);
  }

  #try(): void {
    this.#cancelRetry();
    const abort = new AbortController();
    this.#set({
      state: 'connecting',
      retryAt: null,
      attempt: this.#state.attempt + 1,
      stage: '',
      error: null,
    });
    const ended = this.#open(abort.signal).finally(() => (this.#trying = null));
    this.#trying = { abort, ended };
  }

  async #open(signal: AbortSignal): Promise<void> {
    let session: Session | null = null;
    try {
      session = await openSession(this.#maker, {
        draft: this.#draft,
        ask: (question) => this.#answers.ask(question, signal),
        steps: this.#steps(),
        signal,
      });
      this.#session = session;
      session.onLost((error) => this.#lost(session, error));
      this.#set({ stage: 'Reading the domains' });
      await this.#listener.up(session);
      signal.throwIfAborted();
      if (this.#session !== session) throw new Error('the connection was lost at once');
      this.#set({ state: 'connected', attempt: 0, stage: '', error: null });
    } catch (error) {
      session?.end();
      this.#drop();
      if (!signal.aborted) this.#failed(error);
    }
  }

  #steps(): Steps {
    return {
      begin: (step) => this.#set({ stage: stages[step] ?? '' }),
      saw: () => undefined,
    };
  }

  #lost(session: Session | null, error: Error): void {
    if (this.#session !== session) return;
    this.#drop();
    // While connecting the try itself tells how it ended.
    if (this.#trying) return;
    this.#failed(
      new ConnectError(
        'port',
        false,
        `The connection to the host was lost: ${error.message}.`,
        'It is made again by itself.',
      ),
    );
  }

  #drop(): void {
    const session = this.#session;
    if (!session) return;
    this.#session = null;
    this.#answers.withdraw();
    session.end();
    this.#listener.down();
  }

  #failed(reason: unknown): void {
    const known = reason instanceof DomusError;
    const message = reason instanceof Error ? reason.message : String(reason);
    const error = known ? reason : new DomusError('ERROR_FAIL', `The host cannot be reached: ${message}.`);
    const lasting = reason instanceof ConnectError ? reason.lasting : known && reason.code === 'ERROR_INVAL';
    const stage = '';
    if (lasting) return this.#set({ state: 'failed', retryAt: null, stage, error: error.toData() });
    const pause = pauseMs(Math.max(0, this.#state.attempt - 1));
    this.#set({ state: 'waiting', retryAt: this.#clock.wallMs() + pause, stage, error: error.toData() });
    this.#cancelRetry = this.#clock.after(pause, () => this.#try());
  }

  #set(changes: Partial<Omit<HostConnection, 'prompt' | 'target'>>): void {
    const state = changes.state ?? this.#state.state;
    const since = state === this.#state.state ? this.#state.since : this.#clock.wallMs();
    this.#state = { ...this.#state, ...changes, since };
    this.#listener.changed();
  }
}
