/**
 * The guest's way to the XenStore: a virtio-console device with one port, `org.xenproject.xenstore`. v86 makes consoles of
 * its ports and throws input away when the guest has no buffer ready; here the port is a plain one, and input waits.
 */
import type { Emulator, VirtioConsole } from './internals.ts';
import type { StatePart } from './internals-state.ts';
import { XENSTORE_PORT, type FromWorker } from './protocol.ts';

const PORT_NAME = 'org.xenproject.xenstore';
/** Control message that makes a port a console. */
const CONSOLE_PORT = 4;
const INPUT_QUEUE = 0;
const REPORT_FED_BYTES = 4096;

type Post = (message: FromWorker, transfer: ArrayBuffer[]) => void;

export class XenStorePort implements StatePart {
  readonly #device: VirtioConsole;
  readonly #post: Post;
  #input: Uint8Array[] = [];
  #fed = 0;
  #sent = 0;

  constructor(device: VirtioConsole, emulator: Emulator, post: Post) {
    this.#device = device;
    this.#post = post;
    device.ports = 1;
    const sendEvent = device.SendEvent.bind(device);
    device.SendEvent = (port, event, value) => {
      if (event !== CONSOLE_PORT) sendEvent(port, event, value);
    };
    const sendName = device.SendName.bind(device);
    device.SendName = (port) => sendName(port, PORT_NAME);
    // v86 answers a guest's opening and closing of port 0 with the window's size, which a plain port has not.
    device.SendWindowSize = () => this.#restart();
    emulator.add_listener('virtio-console0-output-bytes', (bytes: Uint8Array) => this.#output(bytes));
  }

  /** Bytes sent since the last question, as `SerialBoard` counts them. */
  takeSent(): number {
    const sent = this.#sent;
    this.#sent = 0;
    return sent;
  }

  queue(bytes: Uint8Array): void {
    if (bytes.length > 0) this.#input.push(bytes);
  }

  /** Fills the buffers the guest has ready. True when bytes reached it. */
  feed(): boolean {
    const queue = this.#device.virtio.queues[INPUT_QUEUE];
    if (!queue?.is_configured()) return false;
    let fed = false;
    while (this.#input.length > 0 && queue.has_request()) {
      const request = queue.pop_request();
      const bytes = this.#take(request.length_writable);
      this.#device.Send(INPUT_QUEUE, request, bytes);
      this.#fed += bytes.length;
      fed = true;
    }
    if (this.#fed > 0 && (this.#input.length === 0 || this.#fed >= REPORT_FED_BYTES)) {
      this.#post({ op: 'serial-fed', port: XENSTORE_PORT, bytes: this.#fed }, []);
      this.#fed = 0;
    }
    return fed;
  }

  /** What has not reached the guest yet. */
  get_state(): unknown[] {
    return this.#input.map((bytes) => new Uint8Array(bytes));
  }

  set_state(waiting: unknown[]): void {
    this.#input = waiting.filter((bytes) => bytes instanceof Uint8Array);
  }

  #take(most: number): Uint8Array {
    const [first = new Uint8Array(0), ...rest] = this.#input;
    const taken = first.subarray(0, most);
    this.#input = taken.length < first.length ? [first.subarray(taken.length), ...rest] : rest;
    return taken;
  }

  #output(bytes: Uint8Array): void {
    const copy = bytes.slice();
    this.#sent += copy.length;
    this.#post({ op: 'serial', port: XENSTORE_PORT, bytes: copy }, [copy.buffer]);
  }

  /** A new program holds the port: what was meant for the one before is not for it. */
  #restart(): void {
    const waiting = this.#input.reduce((sum, bytes) => sum + bytes.length, this.#fed);
    this.#input = [];
    this.#fed = 0;
    if (waiting > 0) this.#post({ op: 'serial-fed', port: XENSTORE_PORT, bytes: waiting }, []);
    this.#post({ op: 'xenstore-restart' }, []);
  }
}
