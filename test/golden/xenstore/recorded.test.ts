import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type MessageName, permissions, XenStore } from '../../../engine/xenstore/index.ts';
import { ScriptClient, type Shown } from '../../unit/xenstore/script-client.ts';

/*
 * Sessions recorded from Debian 12's xenstored 4.17 with guests on their rings: requests made up at random
 * (local-*: three local clients; guest-*: one local client and domains 5 and 6) and the life of two domains.
 */

interface Ask {
  /** Connection. */
  readonly c: number;
  /** The guest it belongs to; absent = a local client. */
  readonly dom?: number;
  readonly q: readonly [MessageName, string];
  readonly tx?: number;
  /** All messages on that connection up to and with the reply. */
  readonly r: readonly Shown[];
  /** What came afterwards, by connection. */
  readonly ev?: Readonly<Record<string, readonly Shown[]>>;
}

/** `create`: the hypervisor has made the domain. `drop`: the client leaves. */
type Step = Ask | { readonly create: number } | { readonly drop: number };

const folder = new URL('recorded/', import.meta.url);

/** The order in which guests and local clients connected matters, so a connection begins with its first request. */
class Session {
  /** The recorded version gives the special node no readers yet. */
  readonly store = new XenStore();
  readonly clients = new Map<number, ScriptClient>();

  constructor() {
    this.store.setPermissions('@releaseDomain', permissions('n0'));
  }

  play(step: Step, line: string): void {
    if ('create' in step) this.store.domainCreated(step.create);
    else if ('drop' in step) this.clients.delete(step.drop);
    else this.#ask(step, line);
  }

  #ask({ c, dom = 0, q, tx = 0, r, ev = {} }: Ask, line: string): void {
    const client = this.clients.get(c) ?? new ScriptClient(this.store, dom);
    this.clients.set(c, client);
    const got = client.ask(q[0], q[1], tx);
    const end = got.findIndex(([name]) => name !== 'WATCH_EVENT') + 1;
    const later = [...this.clients].map(([id, other]): [number, Shown[]] => [
      id,
      other === client ? got.slice(end) : other.take(),
    ]);
    expect(got.slice(0, end), line).toEqual(r);
    expect(Object.fromEntries(later.filter(([, shown]) => shown.length > 0)), line).toEqual(ev);
  }
}

test.each(readdirSync(folder))('%s: the same answers and events as recorded', (file) => {
  const session = new Session();
  const lines = readFileSync(new URL(file, folder), 'utf8').trim().split('\n');
  for (const [index, line] of lines.entries()) {
    session.play(JSON.parse(line) as Step, `line ${index + 1}: ${line}`);
  }
});
