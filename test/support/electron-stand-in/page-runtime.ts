/**
 * What runs inside the page before its own scripts: `electron` for the preload, and the page's ends of message ports.
 * Serialised with `toString`, so it may use nothing from outside. Types of the DOM are spelled out as far as needed.
 */
type Bytes = { readonly base64: string };
export type Wired = string | Bytes | { readonly json: unknown };

export type ToPage =
  | {
      readonly kind: 'send';
      readonly channel: string;
      readonly args: readonly unknown[];
      readonly ports: readonly number[];
    }
  | { readonly kind: 'port'; readonly id: number; readonly data: Wired }
  | { readonly kind: 'port-close'; readonly id: number };

export type FromPage =
  | { readonly kind: 'invoke'; readonly channel: string; readonly args: readonly unknown[] }
  | { readonly kind: 'port'; readonly id: number; readonly data: Wired }
  | { readonly kind: 'port-close'; readonly id: number };

interface Port {
  onmessage: ((event: { data: unknown }) => void) | null;
  addEventListener(type: 'close', listener: () => void): void;
  postMessage(data: unknown): void;
  close(): void;
}

interface PageGlobals {
  standInCall(message: FromPage): Promise<{ error?: string; value?: unknown }>;
  standInDeliver(messages: readonly ToPage[]): void;
  MessageChannel: new () => { port1: Port; port2: Port };
  atob(text: string): string;
  btoa(text: string): string;
  [name: string]: unknown;
}

/** The preload's text as a CommonJS module. */
type Preload = (
  require: (name: string) => unknown,
  process: { readonly platform: string },
  module: { readonly exports: object },
  exports: object,
) => void;

export function pageRuntime(preload: Preload, platform: string): void {
  const page = globalThis as unknown as PageGlobals;
  const ports = new Map<number, Port>();
  const listeners = new Map<string, Set<(event: unknown, ...args: unknown[]) => void>>();
  const callMain = (message: FromPage) => page.standInCall(message);

  const unwire = (data: Wired): unknown => {
    if (typeof data === 'string') return data;
    if ('json' in data) return data.json;
    return Uint8Array.from(page.atob(data.base64), (char) => char.charCodeAt(0));
  };
  const wire = (data: unknown): Wired => {
    if (typeof data === 'string') return data;
    if (!(data instanceof Uint8Array)) return { json: data };
    let text = '';
    for (const byte of data) text += String.fromCharCode(byte);
    return { base64: page.btoa(text) };
  };
  const makePort = (id: number): Port => {
    const { port1, port2 } = new page.MessageChannel();
    ports.set(id, port2);
    port2.onmessage = ({ data }) => void callMain({ kind: 'port', id, data: wire(data) });
    port2.addEventListener('close', () => {
      if (ports.delete(id)) void callMain({ kind: 'port-close', id });
    });
    return port1;
  };
  page.standInDeliver = (messages) => {
    for (const message of messages) {
      if (message.kind === 'send') {
        const event = { ports: message.ports.map(makePort) };
        for (const listener of listeners.get(message.channel) ?? []) listener(event, ...message.args);
      } else {
        const port = ports.get(message.id);
        if (message.kind === 'port') port?.postMessage(unwire(message.data));
        else if (ports.delete(message.id)) port?.close();
      }
    }
  };
  const ipcRenderer = {
    async invoke(channel: string, ...args: unknown[]) {
      const answer = await callMain({ kind: 'invoke', channel, args });
      if (answer.error !== undefined) throw new Error(answer.error);
      return answer.value;
    },
    on(channel: string, listener: (event: unknown, ...args: unknown[]) => void) {
      listeners.set(channel, (listeners.get(channel) ?? new Set()).add(listener));
    },
    off(channel: string, listener: (event: unknown, ...args: unknown[]) => void) {
      listeners.get(channel)?.delete(listener);
    },
  };
  const contextBridge = {
    exposeInMainWorld(name: string, value: unknown) {
      Object.defineProperty(page, name, { value, enumerable: true });
    },
  };
  /** A page without a shell around it is never told where a file is. */
  const webUtils = { getPathForFile: (): string => '' };
  const load = (name: string): unknown => {
    if (name === 'electron') return { contextBridge, ipcRenderer, webUtils };
    throw new Error(`a sandboxed preload cannot load ${name}`);
  };
  preload(load, { platform }, { exports: {} }, {});
}
