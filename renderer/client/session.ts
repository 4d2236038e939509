/** The page's one engine: made once at start, used by stores, actions and consoles. */
import { createEngine, type Engine, type EngineClient, type EngineListeners } from './engine.ts';
import { desktopTransport } from './desktop-transport.ts';
import { takeToken } from './token.ts';
import type { Transport } from './transport.ts';
import { webOrigin, webTransport } from './web-transport.ts';

export type { EngineListeners } from './engine.ts';

let current: Engine | null = null;

function pageTransport(): Transport {
  if (window.domus) return desktopTransport(window.domus);
  const token = takeToken({ location, history, storage: sessionStorage });
  return webTransport({ origin: webOrigin(location), token });
}

/** Starts the connection. Call once, before anything asks for the engine. */
export function startSession(listeners: EngineListeners): Engine {
  current = createEngine(pageTransport(), listeners);
  current.connection.start();
  return current;
}

/** The engine of this page. Throws before `startSession`. */
export function session(): Engine {
  if (!current) throw new Error('The session has not been started.');
  return current;
}

export const engineClient = (): EngineClient => session().client;
