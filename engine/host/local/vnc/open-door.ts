import type { Machine } from '../../../guest/machine.ts';
import type { GuestConfig } from '../../../toolstack/guest-config.ts';
import { domainPath, type XenStore } from '../../../xenstore/index.ts';
import type { ManagedDomain } from '../managed-domain.ts';
import { VncDoor } from './door.ts';

export interface DoorHost {
  readonly store: XenStore;
  readonly log: (line: string) => void;
}

/**
 * Lets VNC viewers in for a run of the domain, if its configuration says so, and writes where, as libxl does: `vncviewer`
 * reads it. Returns how to shut the door. Errors: those of `VncDoor.open`.
 */
export async function openDoor(
  { store, log }: DoorHost,
  domain: ManagedDomain,
  { domid, machine, config }: { domid: number; machine: Machine; config: GuestConfig },
): Promise<() => void> {
  const { screen } = config;
  if (!screen?.vnc || !machine.display) return () => {};
  const { display } = domain;
  const door = await VncDoor.open({ display, name: () => domain.name, screen, log });
  display.door = door;
  const console = `${domainPath(domid)}/console`;
  store.write(`${console}/vnc-listen`, door.host);
  store.write(`${console}/vnc-port`, String(door.port));
  if (screen.password !== '') store.write(`${console}/vnc-pass`, screen.password);
  log(
    `VNC viewers are let in on ${door.address}${door.locked ? ', with a password' : ', without a password'}.`,
  );
  return () => {
    door.close();
    if (display.door === door) display.door = null;
  };
}
