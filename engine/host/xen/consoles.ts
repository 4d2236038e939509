import { DomusError } from '../../api/index.ts';
import type { ByteStream } from '../host.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Session } from './link/session.ts';
import type { XenDomain } from './model/domain.ts';
import { XenConsole } from './streams/console.ts';

/** Serial ports of a guest: the first is what `xl console` takes by itself, an HVM guest has a paravirtual one besides. */
const portsOf = (domain: XenDomain): number => (domain.config?.type === 'hvm' ? 2 : 1);

/** The serial consoles of a host's domains. */
export class Consoles {
  readonly #clock: Clock;
  readonly #session: () => Session;
  readonly #consoles = new Map<XenDomain, XenConsole[]>();

  /** `session` throws when there is none. */
  constructor(clock: Clock, session: () => Session) {
    this.#clock = clock;
    this.#session = session;
  }

  /** ERROR_INVAL when the domain has no such port. */
  open(domain: XenDomain, port: number): ByteStream {
    if (!Number.isInteger(port) || port < 0 || port >= portsOf(domain)) {
      throw new DomusError('ERROR_INVAL', `${domain.name} has no serial port ${port}.`, { field: 'port' });
    }
    const consoles = this.#consoles.get(domain) ?? [];
    this.#consoles.set(domain, consoles);
    const known = consoles[port];
    if (known) return known.open();
    const made = new XenConsole(this.#clock, async (domid, script, terminal) => {
      const type = port === 1 ? ['-t', 'pv'] : [];
      return this.#session().shell.open(script(['xl', 'console', ...type, String(domid)]), terminal);
    });
    consoles[port] = made;
    if (domain.live) made.begins(domain.live.domid);
    return made.open();
  }

  /** Of an HVM guest it is the second of its consoles, else its only one. ERROR_INVAL for any but the first. */
  openPv(domain: XenDomain, number: number): ByteStream {
    if (number === 0) return this.open(domain, portsOf(domain) - 1);
    throw new DomusError('ERROR_INVAL', `${domain.name} has no PV console ${number}.`, { field: 'port' });
  }

  begins(domain: XenDomain, domid: number): void {
    for (const each of this.#consoles.get(domain) ?? []) each?.begins(domid);
  }

  ends(domain: XenDomain, detail: string): void {
    for (const each of this.#consoles.get(domain) ?? []) each?.ends(detail);
  }

  /** The connection is gone: consoles come back when it does. */
  lost(): void {
    for (const domain of this.#consoles.keys()) this.ends(domain, 'The connection to the host was lost.');
  }

  removed(domain: XenDomain): void {
    for (const each of this.#consoles.get(domain) ?? []) each?.dispose('The domain was deleted.');
    this.#consoles.delete(domain);
  }

  close(): void {
    for (const domain of [...this.#consoles.keys()]) this.removed(domain);
  }
}
