import { DomusError } from '../api/index.ts';
import { domainPath, type XenStore } from '../xenstore/index.ts';

/**
 * Asks the guest's agent through control/shutdown. False when there is none that said it would obey, or it has not
 * taken the last order yet.
 */
export function askAgent(store: XenStore, domid: number, order: 'poweroff' | 'reboot' | 'suspend'): boolean {
  const control = `${domainPath(domid)}/control`;
  if (store.tryRead(`${control}/feature-${order}`) !== '1') return false;
  if (store.tryRead(`${control}/shutdown`) !== '') return false;
  store.write(`${control}/shutdown`, order);
  return true;
}

/** An order the guest has not taken is none any more. */
export function forgetOrder(store: XenStore, domid: number): void {
  const order = `${domainPath(domid)}/control/shutdown`;
  if (store.tryRead(order)) store.write(order, '');
}

export const deafToButton = (name: string): DomusError =>
  new DomusError('ERROR_NOPARAVIRT', `${name} has acpi=0: nothing in it can hear the power button.`, {
    fix: 'Shut it down from inside, or use Force off.',
  });
