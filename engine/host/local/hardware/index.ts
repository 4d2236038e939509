import { randomBytes } from 'node:crypto';
import {
  type DeviceDraft,
  DomusError,
  type HardwareKind,
  type HardwareScope,
  type HardwareView,
} from '../../../api/index.ts';
import type { AddableKind } from '../../../device/device.ts';
import { fromMachineError } from '../../../toolstack/live-domain.ts';
import type { HardwareChange, HardwareTools } from '../../hardware.ts';
import type { Operation } from '../../host.ts';
import type { HostContext } from '../context.ts';
import { racks } from './device-items.ts';
import { changeItem, revertItem, type Values } from './changes.ts';
import { renameDomain } from '../dom0/rename.ts';
import { configs, type Subject, subjectOf } from './subject.ts';
import { addDevice, nothing, removeDevice } from './verbs.ts';
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

  add(
    domain: string,
    request: { device: DeviceDraft; scope: HardwareScope },
    op: Operation,
  ): Promise<HardwareChange & { id: string }> {
    return this.#alone(domain, op, (subject, signal) => addDevice(this.#host, subject, request, signal));
  }

  remove(
    domain: string,
    request: { id: string; scope: HardwareScope; force: boolean },
    op: Operation,
  ): Promise<HardwareChange> {
    return this.#alone(domain, op, (subject, signal) => removeDevice(this.#host, subject, request, signal));
  }

  async change(
    domain: string,
    request: { id: string; values: Values; scope: HardwareScope },
    op: Operation,
  ): Promise<HardwareChange> {
    const { name, ...values } = request.values;
    // A name is more than a word in a file: it has its own way.
    if (request.id === 'overview' && typeof name === 'string') {
      await renameDomain(this.#host, domain, name, op);
      if (Object.keys(values).length === 0) return nothing;
      return this.#change(domain, { ...request, values }, op);
    }
    return this.#change(domain, request, op);
  }

  revert(
    domain: string,
    request: { id: string; fields: readonly string[] | undefined },
    op: Operation,
  ): Promise<HardwareChange> {
    return this.#alone(domain, op, (subject) => revertItem(this.#host, subject, request, op));
  }

  insert(
    domain: string,
    { id, path, scope }: { id: string; path: string | null; scope: HardwareScope },
    op: Operation,
  ): Promise<HardwareChange> {
    return this.#change(domain, { id, values: { path }, scope }, op);
  }

  #change(
    domain: string,
    request: { id: string; values: Values; scope: HardwareScope },
    op: Operation,
  ): Promise<HardwareChange> {
    return this.#alone(domain, op, (subject) => changeItem(this.#host, subject, request, op));
  }

  /** One change at a time on one domain; the machine's own errors become ours. */
  async #alone<T>(
    id: string,
    op: Operation,
    work: (subject: Subject, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const { domain } = subjectOf(this.#host, id);
    try {
      return await domain.exclusive.run('configuring', op.signal, (signal) =>
        work(subjectOf(this.#host, id), signal),
      );
    } catch (error) {
      throw fromMachineError(error);
    } finally {
      this.#host.domains.changed(domain);
    }
  }
}

const isAddable = (kind: HardwareKind): kind is AddableKind => kind in racks;
