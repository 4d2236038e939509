import { fork, type ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { PortBridge, type MessagePortMain, type PortTraffic } from './ports.ts';

type FromChild = { readonly kind: 'message'; readonly data: unknown } | PortTraffic;

let nextPort = 1;

/** A utility process as a forked Node process; child-shim gives it `process.parentPort`. */
class UtilityProcess extends EventEmitter {
  readonly #child: ChildProcess;
  readonly #bridge: PortBridge;

  constructor(entry: string, args: readonly string[]) {
    super();
    this.#child = fork(entry, [...args], {
      execArgv: ['--import', process.env['STAND_IN_CHILD_SHIM'] ?? ''],
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#bridge = new PortBridge((traffic) => this.#send(traffic));
    this.#child.on('message', (message: FromChild) => {
      if (message.kind === 'message') this.emit('message', message.data);
      else this.#bridge.hear(message);
    });
    this.#child.on('spawn', () => this.emit('spawn'));
    this.#child.on('exit', (code) => {
      this.#bridge.closeAll();
      this.emit('exit', code ?? 9);
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  postMessage(data: unknown, ports: readonly MessagePortMain[] = []): void {
    const ids = ports.map(() => nextPort++);
    this.#send({ kind: 'message', data, ports: ids });
    ids.forEach((id, at) => this.#bridge.attach(id, ports[at] as MessagePortMain));
  }

  kill(): boolean {
    return this.#child.kill();
  }

  #send(message: object): void {
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }
}

export const utilityProcess = {
  fork: (entry: string, args: readonly string[] = []): UtilityProcess => new UtilityProcess(entry, args),
};
