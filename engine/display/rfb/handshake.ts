import { challengeBytes, knowsPassword, newChallenge } from './vnc-auth.ts';

/** From the first byte to the viewer's wish for the picture: version, security, and whether it shares the screen. */
const securityNone = 1;
const securityVnc = 2;

type Stage = 'version' | 'security' | 'answer' | 'init';

export type HandshakeStep =
  | { readonly kind: 'more' }
  /** The viewer is let in. `shared`: others may look at the same time. */
  | { readonly kind: 'in'; readonly shared: boolean }
  /** `wrongPassword`: it did not know the password. */
  | { readonly kind: 'out'; readonly why: string; readonly wrongPassword?: true };

const more: HandshakeStep = { kind: 'more' };

const u32 = (value: number): Uint8Array => {
  const out = Buffer.alloc(4);
  out.writeUInt32BE(value);
  return out;
};

/**
 * The server's side of RFB 3.3, 3.7 and 3.8 before the first picture, with security None or, with a password, VNC
 * authentication. Pure but for the challenge, which is random.
 */
export class Handshake {
  readonly #send: (bytes: Uint8Array) => void;
  readonly #password: string;
  #stage: Stage = 'version';
  #minor: 3 | 7 | 8 = 8;
  #challenge: Uint8Array = new Uint8Array(0);

  /** An empty password asks for none. */
  constructor(password: string, send: (bytes: Uint8Array) => void) {
    this.#password = password;
    this.#send = send;
    send(Buffer.from('RFB 003.008\n', 'latin1'));
  }

  /** How many bytes the next step takes. */
  get needed(): number {
    return { version: 12, security: 1, answer: challengeBytes, init: 1 }[this.#stage];
  }

  /** Takes exactly `needed` bytes. */
  take(head: Uint8Array): HandshakeStep {
    switch (this.#stage) {
      case 'version':
        return this.#greet(Buffer.from(head).toString('latin1'));
      case 'security':
        return this.#choose(head[0]);
      case 'answer':
        return this.#check(head);
      case 'init':
        return { kind: 'in', shared: head[0] !== 0 };
    }
  }

  get #type(): number {
    return this.#password === '' ? securityNone : securityVnc;
  }

  #greet(version: string): HandshakeStep {
    const minor = Number(/^RFB 003\.(\d{3})\n$/.exec(version)?.[1] ?? 0);
    if (minor < 3) return { kind: 'out', why: 'The viewer speaks another version of RFB.' };
    this.#minor = minor < 7 ? 3 : minor < 8 ? 7 : 8;
    if (this.#minor === 3) {
      this.#send(u32(this.#type));
      return this.#secure();
    }
    this.#stage = 'security';
    this.#send(Uint8Array.of(1, this.#type));
    return more;
  }

  #choose(type: number | undefined): HandshakeStep {
    if (type !== this.#type)
      return { kind: 'out', why: 'The viewer chose a security type that was not offered.' };
    return this.#secure();
  }

  #secure(): HandshakeStep {
    if (this.#type === securityVnc) {
      this.#stage = 'answer';
      this.#challenge = newChallenge();
      this.#send(this.#challenge);
      return more;
    }
    // Before 3.8 the result of security None was not told.
    return this.#letIn(this.#minor === 8);
  }

  #check(answer: Uint8Array): HandshakeStep {
    if (knowsPassword(this.#challenge, answer, this.#password)) return this.#letIn(true);
    const reason = Buffer.from('The password is wrong.', 'latin1');
    this.#send(this.#minor === 8 ? Buffer.concat([u32(1), u32(reason.length), reason]) : u32(1));
    return { kind: 'out', why: 'The password was wrong.', wrongPassword: true };
  }

  #letIn(tell: boolean): HandshakeStep {
    this.#stage = 'init';
    if (tell) this.#send(u32(0));
    return more;
  }
}
