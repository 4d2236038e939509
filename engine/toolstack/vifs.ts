import { DomusError } from '../api/index.ts';
import type { NicConfig } from '../device/vif/config.ts';
import type { Machine } from '../guest/machine.ts';
import type { Bridge, BridgePort } from '../network/bridge.ts';

/** As `ip link` and `brctl show` call a card's end in dom0. */
export const interfaceName = (
  domid: number,
  { devid, vifname }: Pick<NicConfig, 'devid' | 'vifname'>,
): string => vifname ?? `vif${domid}.${devid}`;

/** ERROR_FAIL, field `bridge`, in the words of the vif-bridge script. */
export function findBridge(bridges: ReadonlyMap<string, Bridge>, name: string): Bridge {
  const bridge = bridges.get(name);
  if (bridge) return bridge;
  throw new DomusError('ERROR_FAIL', `Could not find bridge device ${name}`, {
    field: 'bridge',
    fix: `Use one of: ${[...bridges.keys()].join(', ')}.`,
  });
}

/** The cables between the cards of one domain and the host's bridges. */
export class Vifs {
  readonly #bridges: ReadonlyMap<string, Bridge>;
  readonly #machine: Machine;
  readonly #domid: number;
  readonly #ports = new Map<number, BridgePort>();
  readonly #stopListening: () => void;

  constructor(bridges: ReadonlyMap<string, Bridge>, machine: Machine, domid: number) {
    this.#bridges = bridges;
    this.#machine = machine;
    this.#domid = domid;
    this.#stopListening = machine.onFrame((devid, frame) => this.#ports.get(devid)?.send(frame));
  }

  /** Connects a card, or connects it anew (another bridge, rate or cable). ERROR_FAIL; ERROR_DEVICE_EXISTS for a name in use. */
  plug(nic: NicConfig): void {
    const bridge = findBridge(this.#bridges, nic.bridge);
    const name = interfaceName(this.#domid, nic);
    const before = this.#ports.get(nic.devid);
    const taken = [...this.#bridges.values()].some(({ ports }) =>
      ports.some((port) => port.name === name && port !== before),
    );
    if (taken) {
      throw new DomusError('ERROR_DEVICE_EXISTS', `There is an interface ${name} already.`, {
        field: 'vifname',
      });
    }
    before?.detach();
    const port = bridge.attach(name, (frame) => this.#machine.sendFrame(nic.devid, frame));
    port.setRate(nic.rate);
    port.setLink(nic.link);
    this.#ports.set(nic.devid, port);
  }

  /** Idempotent. */
  unplug(devid: number): void {
    this.#ports.get(devid)?.detach();
    this.#ports.delete(devid);
  }

  dispose(): void {
    this.#stopListening();
    for (const devid of [...this.#ports.keys()]) this.unplug(devid);
  }
}
