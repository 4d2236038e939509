import type { Server, Socket } from 'node:net';
import type { ScreenConfig } from '../../../device/vfb/config.ts';
import { maxViewers, type ScreenDoor, type ViewedScreen } from '../display-viewer.ts';
import { listenFor } from './listen.ts';
import { defaultVncTiming, VncViewer, type VncTiming } from './viewer.ts';

export interface VncDoorOptions {
  readonly display: ViewedScreen;
  /** The domain's present name. */
  readonly name: () => string;
  readonly screen: Pick<ScreenConfig, 'listen' | 'port' | 'unused' | 'password'>;
  readonly log: (line: string) => void;
  readonly timing?: VncTiming;
}

/** Where VNC viewers from outside come in, for one run of a domain. */
export class VncDoor implements ScreenDoor {
  readonly host: string;
  readonly port: number;
  readonly locked: boolean;
  readonly #server: Server;
  readonly #options: VncDoorOptions;
  readonly #timing: VncTiming;
  readonly #sockets = new Set<Socket>();
  /** Let in, and whether they share the screen. */
  readonly #inside = new Map<VncViewer, boolean>();
  #greetAfter = 0;

  private constructor(
    options: VncDoorOptions,
    { server, host, port }: Awaited<ReturnType<typeof listenFor>>,
  ) {
    this.#options = options;
    this.#timing = options.timing ?? defaultVncTiming;
    this.#server = server;
    this.host = host;
    this.port = port;
    this.locked = options.screen.password !== '';
    server.maxConnections = maxViewers;
    server.on('connection', (socket) => this.#arrive(socket));
    // Errors of single connections are no reason to end the engine; the door stays open.
    server.on('error', (error) => options.log(`VNC port ${port}: ${error.message}`));
  }

  /** Errors: those of `listenFor`. */
  static async open(options: VncDoorOptions): Promise<VncDoor> {
    return new VncDoor(options, await listenFor(options.screen));
  }

  get address(): string {
    return `${this.host.includes(':') ? `[${this.host}]` : this.host}:${this.port}`;
  }

  /** What was sent and not yet taken, by all viewers. */
  get waitingBytes(): number {
    return [...this.#sockets].reduce((sum, { writableLength }) => sum + writableLength, 0);
  }

  /** Nobody comes in any more, and those inside are cut off. */
  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #arrive(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.setKeepAlive(true, 30_000);
    const wait = this.#greetAfter - Date.now();
    const greeting = setTimeout(() => this.#greet(socket), Math.max(0, wait));
    socket.on('close', () => {
      clearTimeout(greeting);
      this.#sockets.delete(socket);
    });
  }

  #greet(socket: Socket): void {
    if (socket.destroyed) return;
    const { display, name, screen, log } = this.#options;
    const viewer = new VncViewer(socket, {
      display,
      name: name(),
      password: screen.password,
      timing: this.#timing,
      admit: (one, shared) => this.#admit(one, shared),
      onWrongPassword: () => {
        this.#greetAfter = Date.now() + this.#timing.wrongPasswordMs;
      },
      onCut: (why) => log(`VNC viewer ${viewer.peer} was cut off: ${why}`),
    });
    socket.on('close', () => this.#inside.delete(viewer));
  }

  /** Who will not share puts the others out; who shares is not let in beside one who will not (as QEMU has it). */
  #admit(viewer: VncViewer, shared: boolean): string | null {
    if (this.#options.display.full) return `${maxViewers} viewers look already.`;
    if (shared && [...this.#inside.values()].includes(false))
      return 'Another viewer does not share the screen.';
    if (!shared)
      for (const other of this.#inside.keys()) other.cut('Another viewer wants the screen for itself.');
    this.#inside.set(viewer, shared);
    return null;
  }
}
