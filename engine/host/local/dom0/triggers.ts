import { DomusError } from '../../../api/index.ts';
import { machineEnded } from '../../../toolstack/domain-exit.ts';
import { domainPath } from '../../../xenstore/index.ts';
import type { TriggerName } from '../../dom0.ts';
import type { Operation } from '../../host.ts';
import type { HostContext } from '../context.ts';
import type { Lifecycle } from '../lifecycle.ts';
import { runningGuest } from './target.ts';

/** `xl trigger`: the power button and the reset button; the machine has no other line to pull. */
export async function trigger(
  host: HostContext,
  lifecycle: Lifecycle,
  id: string,
  name: TriggerName,
  op: Operation,
): Promise<void> {
  const { domain, live } = runningGuest(host, id);
  if (name === 'power') return live.powerButton();
  if (name !== 'reset') {
    throw new DomusError('ERROR_FAIL', `Send trigger '${name}' failed: Invalid argument`, {
      fix: 'The embedded machine knows power and reset.',
    });
  }
  await domain.exclusive.run('rebooting', op.signal, (signal) => {
    domain.guard.reset();
    const exit = machineEnded({ reason: 'reboot', detail: 'The domain was reset.' });
    return lifecycle.exits.settle(domain, live, exit, { signal, steps: op });
  });
}

/** `xl sysrq`: through the guest's agent. ERROR_NOPARAVIRT when there is none: the machine's keyboard has no such key. */
export function sysrq(host: HostContext, id: string, letter: string, op: Operation): void {
  const { domain, live } = runningGuest(host, id);
  const control = `${domainPath(live.domid)}/control`;
  if (host.toolstack.store.tryRead(`${control}/feature-sysrq`) !== '1') {
    throw new DomusError(
      'ERROR_NOPARAVIRT',
      `Nothing in ${domain.name} listens for SysRq (its control/feature-sysrq is not 1).`,
      { fix: 'Ready-made images have an agent that does; wait until the guest has booted.' },
    );
  }
  host.toolstack.store.write(`${control}/sysrq`, letter);
  op.log(`SysRq ${letter} was handed to the guest.`);
}
