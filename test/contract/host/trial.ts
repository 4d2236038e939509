import { expect } from 'vitest';
import { type DomainDraft, type DomainInfo, DomusError } from '../../../engine/api/index.ts';
import type { Host } from '../../../engine/host/host.ts';
import type { RecordingOperation, RecordingSink } from '../../support/recording-sink.ts';

/** A host to be tried, and what a test needs to be a world around it. */
export interface HostUnderTest {
  readonly host: Host;
  readonly sink: RecordingSink;
  readonly op: () => RecordingOperation;
  /** A guest that boots to a shell on its serial console and powers off when its power button is pressed. */
  draft(name: string): DomainDraft;
  /** Waits until the guest's shell is there and the guest listens to its power button. */
  ready(domain: string): Promise<void>;
  /** Makes the running guest stop by itself. */
  end(domain: string, how: 'poweroff' | 'reboot' | 'crash'): Promise<void>;
  /** Makes the running guest deaf to its power button; absent: not to be had here. */
  deafen?(domain: string): Promise<void>;
  /** Its guests have no drivers that let go of a device: it is taken by force. */
  readonly byForce?: boolean;
  /** Waits, as long as it may reasonably take, until something is so. */
  until(condition: () => boolean, what?: string): Promise<void>;
  /** Waits for a call, letting time pass where it has to be let. */
  readonly settle: <T>(call: Promise<T>) => Promise<T>;
  close(): Promise<void>;
}

/** The failure of a call, which must be a DomusError. */
export async function failure(call: Promise<unknown>): Promise<DomusError> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(DomusError);
  return error as DomusError;
}

/** A console that is read. */
export interface Heard {
  readonly stream: Awaited<ReturnType<Host['openSerial']>>;
  readonly events: string[];
  text(): string;
}

/** One host under test, and what cases do with it again and again. */
export class Trial {
  #world: HostUnderTest | null = null;
  #count = 0;

  get world(): HostUnderTest {
    if (!this.#world) throw new Error('The host is not open yet.');
    return this.#world;
  }

  set world(world: HostUnderTest) {
    this.#world = world;
  }

  readonly row = (id: string): DomainInfo => {
    const found = this.world.host.domains().find((domain) => domain.id === id);
    if (!found) throw new Error(`No domain ${id}`);
    return found;
  };

  readonly freshName = (): string => `guest-${(this.#count += 1)}`;

  readonly create = async (
    options = { start: true, paused: false },
    guest = this.freshName(),
  ): Promise<string> => {
    const draft = this.world.draft(guest);
    return (await this.on((host, op) => host.create(draft, options, op))).domain;
  };

  /** Off, and its definition deleted. */
  readonly away = async (id: string): Promise<void> => {
    if (this.row(id).domid !== null) await this.on((host, op) => host.destroy(id, op));
    await this.on((host, op) => host.remove(id, op));
  };

  readonly on = <T>(call: (host: Host, op: RecordingOperation) => Promise<T>): Promise<T> =>
    this.world.settle(call(this.world.host, this.world.op()));

  readonly listen = async (id: string): Promise<Heard> => {
    const stream = await this.world.host.openSerial(id, 0);
    const events: string[] = [];
    let text = '';
    stream.onEvent((event) => events.push(event));
    stream.onData((bytes) => {
      text += new TextDecoder().decode(bytes);
      stream.credit(bytes.length);
    });
    stream.credit(64 * 1024);
    return { stream, events, text: () => text };
  };
}
