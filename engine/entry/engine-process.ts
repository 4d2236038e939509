import type { Server } from 'node:http';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { createEngine, type Engine } from '../service/engine.ts';
import { closeCode } from '../service/transport/wire.ts';
import { openBrowserDoor, type BrowserDoor } from './browser-door.ts';
import { onShellStop, openDesktopDoor, parentPort, type DesktopClients } from './desktop-door.ts';
import { createHosts, embeddedHost } from './hosts.ts';
import { hostRegistrar, openLabs } from './labs.ts';
import { socketPath, type EngineArguments } from './options.ts';
import { claim } from './ownership.ts';
import { askForBrowser, createPrivateServer, openPrivateDoor } from './private-door.ts';
import { engineGone, relay } from './relay.ts';
import { RunMarker } from './run-marker.ts';
import { supervisor } from './supervisor-line.ts';

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
  /** How browser mode is to be opened. */
  #wanted: { readonly port: number | null; readonly token?: string };
  #browser: Promise<BrowserDoor> | undefined;
  /** Resolves when clients can be served. */
  #engine: Promise<Engine> | undefined;

  constructor(args: EngineArguments, logger: Logger) {
    this.#args = args;
    this.#logger = logger;
    this.#wanted = { port: args.port };
    this.#socket = socketPath(args.stateDirectory, embeddedHost);
  }

  /** Resolves when the engine is up. `stop` is called when whoever started it wants it to end. */
  async run(stop: (why: string) => void): Promise<void> {
    const boss = supervisor();
    boss?.onStop(() => stop('the supervisor'));
    onShellStop(() => stop('the shell'));
    if (this.#args.mode === 'browser' && boss) this.#wanted = { ...this.#wanted, ...(await boss.request()) };
    const server = createPrivateServer(async () => (await this.#openBrowser()).url);
    if (await claim(this.#socket, server)) await this.#own(server);
    else await this.#attach(stop);
  }

  /** What is to be done while everything still works: running domains are saved. */
  async prepareStop(): Promise<void> {
    const engine = await this.#engine?.catch(() => undefined);
    await engine?.prepareStop();
  }

  /** Closes what was opened, newest first. */
  async close(): Promise<void> {
    for (const close of this.#closers.reverse()) await close();
  }

  async #own(server: Server): Promise<void> {
    const { mode, stateDirectory } = this.#args;
    // First in, last out: ownership ends when nothing of this engine touches the directory any more.
    this.#closers.push(() => void server.close());
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
        return made.registry;
      },
      labs: (registry, onChange) =>
        openLabs(stateDirectory, hostRegistrar(registry), onChange, (level, text) =>
          this.#logger[level]({ part: 'lab' }, text),
        ),
    });
    const engine = await this.#engine;
    this.#closers.push(() => engine.close());
    this.#closers.push(openPrivateDoor(server, engine));
    this.#logger.info({ mode, recovered }, 'The engine is up');
    if (mode === 'desktop') {
      this.#serveDesktop({
        rpc: (wire) => engine.serveRpc(wire),
        channel: (ticket, wire) => {
          if (!engine.openChannel(ticket, wire)) wire.close(closeCode.violation, 'Unknown or used ticket.');
        },
      });
    }
    if (mode === 'browser') {
      this.#announce((await this.#openBrowser()).url, false);
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
    this.#serveDesktop({
      rpc: (wire) => relay(wire, this.#socket, '/rpc'),
      channel: (ticket, wire) => relay(wire, this.#socket, `/channel/${encodeURIComponent(ticket)}`),
    });
    await engineGone(this.#socket);
    // The shell starts this process again, which then becomes the owner.
    process.exit(75);
  }

  #serveDesktop(clients: Pick<DesktopClients, 'rpc' | 'channel'>): void {
    const parent = parentPort();
    if (!parent) throw new Error('There is no shell to serve.');
    openDesktopDoor(parent, {
      ...clients,
      closed: (reason) => this.#logger.warn({ reason }, 'A connection was ended'),
    });
    parent.postMessage({ type: 'ready' });
  }

  /** Browser mode, opened once: by this engine's own start or for a second Domus that attaches, whoever is first. */
  #openBrowser(): Promise<BrowserDoor> {
    this.#browser ??= this.#makeBrowserDoor();
    this.#browser.catch(() => (this.#browser = undefined));
    return this.#browser;
  }

  async #makeBrowserDoor(): Promise<BrowserDoor> {
    if (!this.#engine) throw new Error('Domus is just starting. Try again in a moment.');
    const pages = fileURLToPath(new URL('../renderer', import.meta.url));
    const door = await openBrowserDoor({ pages, ...this.#wanted }, await this.#engine);
    this.#closers.push(() => door.close());
    return door;
  }

  #announce(url: string, attached: boolean): void {
    const boss = supervisor();
    if (boss) boss.send({ type: 'ready', url, attached });
    else process.stdout.write(`Domus is ready at ${url}\n`);
  }
}
