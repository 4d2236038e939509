import type { Server } from 'node:http';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { createEngine, type Engine } from '../service/engine.ts';
import { closeCode } from '../service/transport/wire.ts';
import { openBrowserDoor, type BrowserDoor } from './browser-door.ts';
import { openDesktopDoor, parentPort, type DesktopClients } from './desktop-door.ts';
import { createHosts, embeddedHost } from './hosts.ts';
import { socketPath, type EngineArguments } from './options.ts';
import { claim } from './ownership.ts';
import { askForBrowser, createPrivateServer, openPrivateDoor } from './private-door.ts';
import { engineGone, relay } from './relay.ts';
import { RunMarker } from './run-marker.ts';
import { supervisor, type OpenRequest } from './supervisor-line.ts';

declare const __DOMUS_VERSION__: string;

/**
 * One engine process: it owns the state directory and serves clients, or finds that another engine does and attaches
 * its own clients to that one.
 */
export class EngineProcess {
  readonly #args: EngineArguments;
  readonly #logger: Logger;
  readonly #socket: string;
  readonly #closers: (() => void | Promise<void>)[] = [];
  #browser: Promise<BrowserDoor> | undefined;
  /** Resolves when clients can be served. */
  #engine: Promise<Engine> | undefined;

  constructor(args: EngineArguments, logger: Logger) {
    this.#args = args;
    this.#logger = logger;
    this.#socket = socketPath(args.stateDirectory, embeddedHost);
  }

  /** Resolves when the engine is up. `stop` is called when whoever started it wants it to end. */
  async run(stop: (why: string) => void): Promise<void> {
    const boss = supervisor();
    const request = this.#args.mode === 'browser' && boss ? await boss.request() : undefined;
    boss?.onStop(() => stop('the supervisor'));
    const server = createPrivateServer(async () => (await this.#openBrowser()).url);
    if (await claim(this.#socket, server)) await this.#own(server, stop, request);
    else await this.#attach(stop);
  }

  /** Closes what was opened, newest first. */
  async close(): Promise<void> {
    for (const close of this.#closers.reverse()) await close();
  }

  async #own(server: Server, stop: (why: string) => void, request?: OpenRequest): Promise<void> {
    const { mode, stateDirectory, port } = this.#args;
    const marker = new RunMarker(stateDirectory);
    const recovered = marker.set();
    this.#closers.push(() => marker.clear());
    const version = __DOMUS_VERSION__;
    this.#engine = createEngine({
      version,
      recovered,
      log: this.#logger,
      hosts: async (sink) => {
        const made = await createHosts(stateDirectory, version, sink, this.#logger);
        this.#closers.push(() => made.dispose());
        return made.hosts;
      },
    });
    const engine = await this.#engine;
    this.#closers.push(() => engine.close());
    const closeSockets = openPrivateDoor(server, engine);
    this.#closers.push(() => {
      closeSockets();
      server.close();
    });
    this.#logger.info({ mode, recovered }, 'The engine is up');
    if (mode === 'desktop') {
      this.#serveDesktop(stop, {
        rpc: (wire) => engine.serveRpc(wire),
        channel: (ticket, wire) => {
          if (!engine.openChannel(ticket, wire)) wire.close(closeCode.violation, 'Unknown or used ticket.');
        },
      });
    }
    if (mode === 'browser') {
      const door = await this.#openBrowser({ port: request?.port ?? port, token: request?.token });
      this.#announce(door.url, false);
    }
  }

  async #attach(stop: (why: string) => void): Promise<void> {
    const { mode, stateDirectory } = this.#args;
    this.#logger.info({ mode }, 'Another engine owns the state directory; attaching to it');
    if (mode === 'daemon') {
      process.stderr.write(`Domus is already running on ${stateDirectory}.\n`);
      return stop('already running');
    }
    if (mode === 'browser') {
      this.#announce(await askForBrowser(this.#socket), true);
      return stop('attached');
    }
    this.#serveDesktop(stop, {
      rpc: (wire) => relay(wire, this.#socket, '/rpc'),
      channel: (ticket, wire) => relay(wire, this.#socket, `/channel/${encodeURIComponent(ticket)}`),
    });
    await engineGone(this.#socket);
    // The shell starts this process again, which then becomes the owner.
    process.exit(75);
  }

  #serveDesktop(stop: (why: string) => void, clients: Pick<DesktopClients, 'rpc' | 'channel'>): void {
    const parent = parentPort();
    if (!parent) throw new Error('There is no shell to serve.');
    openDesktopDoor(parent, {
      ...clients,
      stop: () => stop('the shell'),
      closed: (reason) => this.#logger.warn({ reason }, 'A connection was ended'),
    });
    parent.postMessage({ type: 'ready' });
  }

  #openBrowser(wanted: { port: number | null; token?: string | undefined } = { port: null }) {
    this.#browser ??= this.#makeBrowserDoor(wanted);
    this.#browser.catch(() => (this.#browser = undefined));
    return this.#browser;
  }

  async #makeBrowserDoor(wanted: { port: number | null; token?: string | undefined }): Promise<BrowserDoor> {
    if (!this.#engine) throw new Error('Domus is just starting. Try again in a moment.');
    const pages = fileURLToPath(new URL('../renderer', import.meta.url));
    const door = await openBrowserDoor({ pages, ...wanted }, await this.#engine);
    this.#closers.push(() => door.close());
    return door;
  }

  #announce(url: string, attached: boolean): void {
    const boss = supervisor();
    if (boss) boss.send({ type: 'ready', url, attached });
    else process.stdout.write(`Domus is ready at ${url}\n`);
  }
}
