import { randomBytes } from 'node:crypto';
import { type DeviceDraft, DomusError, type HardwareKind, type HardwareView } from '../../../api/index.ts';
import type { AddableKind } from '../../../device/device.ts';
import type { HardwareTools } from '../../hardware.ts';
import type { HostContext } from '../context.ts';
import { racks } from './device-items.ts';
import { configs, subjectOf } from './subject.ts';
import { viewOf } from './view.ts';

/** The hardware of the embedded host's domains. */
export class LocalHardware implements HardwareTools {
  readonly #host: HostContext;

  constructor(host: HostContext) {
    this.#host = host;
  }

  async view(domain: string): Promise<HardwareView> {
    return viewOf(this.#host, subjectOf(this.#host, domain));
  }

  async defaults(domain: string, kind: HardwareKind): Promise<DeviceDraft> {
    const subject = subjectOf(this.#host, domain);
    if (!isAddable(kind))
      throw new DomusError('ERROR_INVAL', `A ${kind} cannot be added.`, { field: 'kind' });
    const { live, configured } = configs(subject);
    const taken = [live, configured].flatMap((config) => (config ? racks[kind].keys(config, domain) : []));
    return racks[kind].defaults({
      keys: [...new Set(taken)],
      bridges: [...this.#host.toolstack.bridges.keys()],
      random: (count) => randomBytes(count),
    });
  }

  readonly add = notNow;
  readonly remove = notNow;
  readonly change = notNow;
  readonly revert = notNow;
  readonly insert = notNow;
}

function notNow(): Promise<never> {
  return Promise.reject(new DomusError('ERROR_NI', 'Devices of the embedded host cannot be changed.'));
}

const isAddable = (kind: HardwareKind): kind is AddableKind => kind in racks;
