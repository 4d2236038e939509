/** The line to the process that supervises browser mode (`npm start`): it restarts the engine on the same port. */

/** What the engine tells it. */
export type SupervisorNotice =
  /** `attached`: another engine owns the state directory; this is its URL, and this process ends. */
  | { readonly type: 'ready'; readonly url: string; readonly attached: boolean }
  | { readonly type: 'failed'; readonly sentence: string };

/** First word of the supervisor: the port and the token to use. Not in argv or environment, where others could read it. */
export interface OpenRequest {
  readonly port: number | null;
  readonly token: string;
}

export interface Supervisor {
  send(notice: SupervisorNotice): void;
  /** Resolves with the first word. */
  request(): Promise<OpenRequest>;
  /** The supervisor asks the engine to end, or is gone. */
  onStop(listener: () => void): void;
}

function asOpenRequest(message: unknown): OpenRequest | null {
  if (typeof message !== 'object' || message === null) return null;
  const { type, port, token } = message as Record<string, unknown>;
  if (type !== 'open' || typeof token !== 'string' || token.length < 43) return null;
  return { port: typeof port === 'number' ? port : null, token };
}

/** Undefined when nobody supervises this process. */
export function supervisor(): Supervisor | undefined {
  if (!process.send) return undefined;
  return {
    send: (notice) => void (process.connected && process.send?.(notice)),
    request: () =>
      new Promise((resolve) => {
        process.on('message', (message) => {
          const request = asOpenRequest(message);
          if (request) resolve(request);
        });
      }),
    onStop(listener) {
      process.on('disconnect', listener);
      process.on('message', (message: { type?: string } | null) => {
        if (message?.type === 'stop') listener();
      });
    },
  };
}
