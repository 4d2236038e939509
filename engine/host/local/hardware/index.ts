import { randomBytes } from 'node:crypto';
import {
  type DeviceDraft,
  DomusError,
  type FieldValue,
  type HardwareItem,
  type HardwareKind,
  type HardwareScope,
  type HardwareView,
} from '../../../api/index.ts';
import type { AddableKind } from '../../../device/device.ts';
import type { HardwareChange, HardwareTools } from '../../hardware.ts';
import type { Operation } from '../../operation.ts';
import type { HostContext } from '../context.ts';
import { carryOut, type Places, type Prepared } from './carry-out.ts';
import { findItem, prepareInsert, prepareRevert, prepareValues } from './changes.ts';
import { isDevice, prepareAdd, prepareRemove } from './device-changes.ts';
import { racks } from './device-items.ts';
import { withNewImage } from './new-image.ts';
import { configs, subjectOf } from './subject.ts';
import { viewOf } from './view.ts';

type PrepareItem = (places: Places, item: HardwareItem) => Prepared | Promise<Prepared>;

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
    const taken = [live, configured].flatMap((config) => (config ? racks[kind].entries(config) : []));
    return racks[kind].defaults({
      keys: [...new Set(taken.map(({ key }) => key))],
      bridges: [...this.#host.toolstack.bridges.keys()],
      random: (count) => randomBytes(count),
    });
  }

  async add(
    domain: string,
    {
      device,
      scope,
      newImageMiB = null,
    }: { device: DeviceDraft; scope: HardwareScope; newImageMiB?: number | null },
    op: Operation,
  ): Promise<HardwareChange & { id: string }> {
    const prepare = (places: Places) => prepareAdd(this.#host, places, device);
    return withNewImage(this.#host, device, newImageMiB, op, async () => {
      const { plugged, prepared } = await carryOut(this.#host, domain, scope, op, prepare);
      return { hint: plugged.hint, id: prepared.id };
    });
  }

  async remove(
    domain: string,
    request: { id: string; scope: HardwareScope; force: boolean },
    op: Operation,
  ): Promise<HardwareChange> {
    return this.#onItem(domain, request, op, (places, item) => {
      if (isDevice(item)) return prepareRemove(places, item, request.force);
      throw new DomusError('ERROR_INVAL', `${item.title} stays: every domain has this.`, { field: 'id' });
    });
  }

  async change(
    domain: string,
    request: { id: string; values: Readonly<Record<string, FieldValue>>; scope: HardwareScope },
    op: Operation,
  ): Promise<HardwareChange> {
    return this.#onItem(domain, request, op, (places, item) =>
      prepareValues(this.#host, places, item, request.values, op),
    );
  }

  async revert(
    domain: string,
    { id, fields }: { id: string; fields: readonly string[] | undefined },
    op: Operation,
  ): Promise<HardwareChange> {
    return this.#onItem(domain, { id, scope: 'next' }, op, (places, item) =>
      prepareRevert(this.#host, places, item, fields, op),
    );
  }

  async insert(
    domain: string,
    request: { id: string; path: string | null; scope: HardwareScope },
    op: Operation,
  ): Promise<HardwareChange> {
    return this.#onItem(domain, request, op, (places, item) =>
      prepareInsert(this.#host, places, item, request.path),
    );
  }

  async #onItem(
    domain: string,
    { id, scope }: { id: string; scope: HardwareScope },
    op: Operation,
    prepare: PrepareItem,
  ): Promise<HardwareChange> {
    const { plugged } = await carryOut(this.#host, domain, scope, op, async (places) =>
      prepare(places, await findItem(this.#host, places, id)),
    );
    return { hint: plugged.hint };
  }
}

const isAddable = (kind: HardwareKind): kind is AddableKind => kind in racks;
