/**
 * What the desktop shell offers its page as `window.domus` (absent in browser mode). Types only: the page imports this
 * file, the preload implements it.
 *
 * Ports never cross the context bridge as values. The page makes a random nonce, listens for a window message
 * `{ type: 'domus:port', nonce }` from itself with exactly one port, and calls one of the two functions; it accepts only
 * a message whose source is its own window and whose nonce is the one it made.
 */
export interface DomusBridge {
  readonly platform: 'linux' | 'darwin' | 'win32';
  /** Asks for a port that speaks the control RPC with the engine. Rejects while the engine cannot be reached. */
  connect(nonce: string): Promise<void>;
  /** Asks for a port to a raw channel (see the contract's channel frames). */
  openChannel(nonce: string, ticket: string): Promise<void>;
  /** Native file chooser; null when the person cancels. */
  chooseFile(options: { title: string; extensions?: readonly string[] }): Promise<string | null>;
  /** Where a file that was dropped on the page is; null when it is nowhere on this computer. */
  pathOf(file: object): string | null;
  /** Opens a window with nothing but the console of a domain. */
  openConsole(host: string, domain: string): void;
  /** Tells the shell which theme the page shows, so that native parts match. */
  setTheme(theme: 'light' | 'dark' | 'system'): void;
  /** The shell restarted the engine after it died; the page says so and connects again. */
  onEngineRestarted(listener: (detail: string) => void): () => void;
}

export interface PortMessage {
  readonly type: 'domus:port';
  readonly nonce: string;
}

declare global {
  interface Window {
    readonly domus?: DomusBridge;
  }
}
