/**
 * Chromium cannot be taught a scheme from outside, so `app://domus/x` is `https://domus.app.invalid/x` there; its requests
 * are answered by the handler that the application gave for its scheme. The application only ever sees `app:` addresses.
 */
export type SchemeHandler = (request: Request) => Promise<Response>;

/** By protocol, e.g. `app:`. */
export const pageHandlers = new Map<string, SchemeHandler>();

export const toChromium = (url: string): string =>
  url.replace(/^([a-z]+):\/\/([a-z]+)(?=\/|$)/, (whole, scheme: string, host: string) =>
    pageHandlers.has(`${scheme}:`) ? `https://${host}.${scheme}.invalid` : whole,
  );

export const toElectron = (url: string): string =>
  url.replace(/^https:\/\/([a-z]+)\.([a-z]+)\.invalid(?=\/|$)/, '$2://$1');

const privileged = new Set<string>();

export const protocol = {
  registerSchemesAsPrivileged(schemes: readonly { scheme: string }[]): void {
    for (const { scheme } of schemes) privileged.add(scheme);
  },
  handle(scheme: string, handler: SchemeHandler): void {
    if (!privileged.has(scheme)) throw new Error(`${scheme} was not registered as privileged`);
    pageHandlers.set(`${scheme}:`, handler);
  },
};
