import type {
  AnyAuthMethod,
  AuthenticationType,
  KeyboardInteractiveCallback,
  NextAuthHandler,
  Prompt,
} from 'ssh2';
import type { Ask } from '../link/question.ts';
import { ConnectError } from '../link/steps.ts';
import { clean } from '../shell/text.ts';
import { Identities } from './identities.ts';
import type { SshSettings } from './settings.ts';
import type { Signer } from './signing.ts';

const passwordTries = 3;

/** ssh2 takes `false` for "that is all"; its types do not know. */
const giveUp = false as unknown as AnyAuthMethod;

/** What the server was offered, in the order of the sentences. */
interface Tried {
  keys: boolean;
  password: number;
  keyboard: number;
}

/** One try to log in: keys first, then what the person has to say, as far as the server takes it. */
export class Authentication {
  /** How it let us in. */
  how = 'without asking for anything';
  readonly identities: Identities;
  readonly #settings: SshSettings;
  readonly #ask: Ask;
  readonly #tried: Tried = { keys: false, password: 0, keyboard: 0 };
  readonly #where: string;
  #accepts: readonly string[] = [];
  #refused = false;
  #answering = false;

  constructor(settings: SshSettings, signer: Signer, ask: Ask) {
    this.#settings = settings;
    this.#ask = ask;
    this.#where = `${settings.user}@${settings.host}`;
    this.identities = new Identities(settings, signer, (path, again) => this.#askPassphrase(path, again));
  }

  /** True while the person is being asked: then nobody is slow. */
  get waitsForPerson(): boolean {
    return this.#answering;
  }

  /** For ssh2's `authHandler`. */
  next(left: readonly AuthenticationType[] | null, next: NextAuthHandler): void {
    if (left !== null) this.#accepts = left;
    const { user: username } = this.#settings;
    if (left === null) {
      next({ type: 'none', username });
      return;
    }
    const can = (type: AuthenticationType): boolean => left.includes(type);
    if (can('publickey') && !this.#tried.keys) {
      this.#tried.keys = true;
      this.how = 'with a key';
      next({ type: 'agent', username, agent: this.identities as never });
    } else if (can('keyboard-interactive') && this.#tried.keyboard < passwordTries && !this.#refused) {
      this.#tried.keyboard += 1;
      this.how = 'with what was asked for';
      next({
        type: 'keyboard-interactive',
        username,
        prompt: (name, instructions, _language, prompts, finish) =>
          void this.#keyboard(`${name} ${instructions}`, prompts, finish),
      });
    } else if (can('password') && this.#tried.password < passwordTries && !this.#refused) {
      this.#tried.password += 1;
      void this.#password(next);
    } else next(giveUp);
  }

  /** Why nothing was good enough. */
  failure(): ConnectError {
    const { offered, notes } = this.identities;
    const problems = notes.filter(({ problem }) => problem !== null);
    const keys = !this.#tried.keys
      ? []
      : offered === 0
        ? ['there was no key to offer']
        : [`it took none of the ${offered} key${offered === 1 ? '' : 's'} it was offered`];
    const asked = this.#tried.password + this.#tried.keyboard > 0;
    const typed = this.#refused ? ['no password was given'] : asked ? ['it did not take the password'] : [];
    const why = [...keys, ...typed].join(', ') || 'it takes none of the ways there are';
    const detail = problems.slice(0, 3).map(({ source, problem }) => ` ${source}: ${problem ?? ''}.`);
    const fix = asked
      ? 'Connect again and give the right password, or copy a key there: ssh-copy-id ' + this.#target()
      : `Copy a key there: ssh-copy-id ${this.#target()} — or choose the right key file and user.`;
    return new ConnectError(
      'authentication',
      true,
      clean(
        `${this.#settings.host} did not let ${this.#settings.user} in: ${why}. It accepts: ${this.#accepts.join(', ') || 'nothing'}.${detail.join('')}`,
        1500,
      ),
      fix,
    );
  }

  #target(): string {
    const { port } = this.#settings;
    return port === 22 ? this.#where : `-p ${port} ${this.#where}`;
  }

  async #say(ask: () => ReturnType<Ask>): ReturnType<Ask> {
    this.#answering = true;
    try {
      const answer = await ask().catch(() => null);
      this.#refused = answer === null;
      return answer;
    } finally {
      this.#answering = false;
    }
  }

  async #askPassphrase(path: string, again: boolean): Promise<string | null> {
    const answer = await this.#say(() =>
      this.#ask({
        key: `passphrase:${path}`,
        kind: 'passphrase',
        message: again
          ? `That was not the passphrase of ${path}. Try again.`
          : `The key ${path} is protected by a passphrase.`,
        fields: [{ label: 'Passphrase', secret: true }],
        hostKey: null,
        again,
        keep: true,
      }),
    );
    return answer?.[0] ?? null;
  }

  async #password(next: NextAuthHandler): Promise<void> {
    this.how = 'with a password';
    const again = this.#tried.password > 1;
    const answer = await this.#say(() =>
      this.#ask({
        key: `password:${this.#where}:${this.#settings.port}`,
        kind: 'password',
        message: again
          ? `${this.#settings.host} did not take that password. Try again.`
          : `${this.#settings.host} asks for the password of ${this.#settings.user}.`,
        fields: [{ label: 'Password', secret: true }],
        hostKey: null,
        again,
        keep: true,
      }),
    );
    const password = answer?.[0];
    next(password === undefined ? giveUp : { type: 'password', username: this.#settings.user, password });
  }

  /** One secret question is a password under another name; anything else (one-time codes) is never kept. */
  async #keyboard(
    title: string,
    prompts: readonly Prompt[],
    finish: KeyboardInteractiveCallback,
  ): Promise<void> {
    const [only] = prompts;
    const isPassword = prompts.length === 1 && only?.echo !== true && /pass/i.test(only?.prompt ?? '');
    const again = this.#tried.keyboard > 1;
    const said = clean(title, 400);
    const answer = await this.#say(() =>
      this.#ask({
        key: isPassword
          ? `password:${this.#where}:${this.#settings.port}`
          : `keyboard:${this.#where}:${clean(prompts.map(({ prompt }) => prompt).join('|'), 100)}`,
        kind: isPassword ? 'password' : 'keyboard-interactive',
        message: `${again ? 'That was not right. ' : ''}${this.#settings.host} asks ${this.#settings.user}${said === '' ? '' : `: ${said}`}.`,
        fields: prompts
          .slice(0, 8)
          .map(({ prompt, echo }) => ({ label: clean(prompt, 200) || 'Answer', secret: echo !== true })),
        hostKey: null,
        again,
        keep: isPassword,
      }),
    );
    finish(answer === null ? prompts.map(() => '') : [...answer]);
  }
}
