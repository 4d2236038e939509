import { EventEmitter } from 'node:events';
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Request as PageRequest } from 'playwright-core';

/** An event that a listener can prevent. */
export function preventable(fields: object = {}) {
  const event = {
    ...fields,
    defaultPrevented: false,
    preventDefault: () => void (event.defaultPrevented = true),
  };
  return event;
}

interface WindowLike {
  readonly request: PageRequest;
}
type LoadCheck = (url: string, request: PageRequest) => boolean;

/** Electron's `app`: one instance per profile, orderly quitting. */
class App extends EventEmitter {
  readonly #paths = new Map<string, string>();
  #sandboxed = false;
  /** Asked before a document is loaded into a window. */
  mayLoad: LoadCheck = () => true;
  /** Closes windows and browser. */
  closeAll: () => Promise<void> = async () => undefined;

  enableSandbox(): void {
    this.#sandboxed = true;
  }

  get isSandboxed(): boolean {
    return this.#sandboxed;
  }

  setPath(name: string, path: string): void {
    this.#paths.set(name, path);
  }

  getPath(name: string): string {
    const userData = this.#paths.get('userData') ?? mkdtempSync(join(tmpdir(), 'domus-shell-'));
    this.#paths.set('userData', userData);
    const path = name === 'userData' ? userData : join(userData, name);
    mkdirSync(path, { recursive: true });
    return path;
  }

  whenReady(): Promise<void> {
    return Promise.resolve();
  }

  /** A file with the pid of the first instance; a later one rings it by signal. */
  requestSingleInstanceLock(): boolean {
    const lock = join(this.getPath('userData'), 'stand-in.lock');
    try {
      writeSync(openSync(lock, 'wx'), String(process.pid));
    } catch {
      const first = Number(readFileSync(lock, 'utf8'));
      try {
        process.kill(first, 'SIGUSR2');
        return false;
      } catch {
        rmSync(lock, { force: true });
        return this.requestSingleInstanceLock();
      }
    }
    process.on('exit', () => rmSync(lock, { force: true }));
    process.on('SIGUSR2', () => this.emit('second-instance', {}, [], ''));
    return true;
  }

  quit(): void {
    const event = preventable();
    this.emit('before-quit', event);
    if (event.defaultPrevented) return;
    void this.closeAll().finally(() => process.exit(0));
  }

  exit(code = 0): void {
    void this.closeAll().finally(() => process.exit(code));
  }
}

export const app = new App();
export type { WindowLike };
