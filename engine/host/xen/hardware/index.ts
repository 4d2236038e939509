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
import type { HardwareChange, HardwareTools } from '../../hardware.ts';
import { itemOf } from '../../local/hardware/values.ts';
import type { Operation } from '../../operation.ts';
import type { XenAuthoring } from '../authoring.ts';
import type { XenTools } from '../dom0/tools.ts';
import type { XenContext } from '../host-context.ts';
import { makeWanted, type Wanted } from '../draft-images.ts';
import { missingFiles } from '../host-files.ts';
import { parseDeviceStates } from '../parse/devices.ts';
import {
  type LiveChange,
  type Places,
  type Prepared,
  prepareAdd,
  prepareInsert,
  prepareRemove,
  prepareRevert,
  prepareValues,
} from './changes.ts';
import { changePart, checkName, hardCpus } from './part-changes.ts';
import { changeDevice, plug, unplug } from './plug.ts';
import { racks } from './racks.ts';
import { type Running, type Subject, subjectOf } from './subject.ts';
import { type LiveFacts, viewOf } from './view.ts';

type Prepare<P> = (places: Places, pcpus: number) => P | Promise<P>;
const none: HardwareChange = { hint: null };

const statesScript = 'xl block-list "$1"; echo "$2"; xl network-list "$1"';
const mark = '@cards';

/** The hardware of a real host's domains: xl plugs and unplugs, files of /etc/xen say what is there at the next start. */
export class XenHardware implements HardwareTools {
  readonly #host: XenContext;
  readonly #authoring: XenAuthoring;
  readonly #tools: XenTools;

  constructor(host: XenContext, authoring: XenAuthoring, tools: XenTools) {
    this.#host = host;
    this.#authoring = authoring;
    this.#tools = tools;
  }

  async view(domain: string): Promise<HardwareView> {
    return this.#view(subjectOf(this.#host, domain));
  }

  async defaults(domain: string, kind: HardwareKind): Promise<DeviceDraft> {
    const { live, definition } = subjectOf(this.#host, domain);
    if (!(kind in racks))
      throw new DomusError('ERROR_INVAL', `A ${kind} cannot be added.`, { field: 'kind' });
    const rack = racks[kind as keyof typeof racks];
    const taken = [live?.config, definition?.config].flatMap((config) =>
      config ? rack.entries(config) : [],
    );
    return rack.defaults({
      keys: [...new Set(taken.map(({ key }) => key))],
      bridges: this.#host.facts()?.bridges ?? [],
      random: (count) => randomBytes(count),
    });
  }

  async add(
    domain: string,
    request: { device: DeviceDraft; scope: HardwareScope; newImageMiB?: number | null },
    op: Operation,
  ): Promise<HardwareChange & { id: string }> {
    const { device, scope, newImageMiB = null } = request;
    const { name } = this.#host.domains.get(domain);
    const images = await makeWanted(newImage(device, newImageMiB), name, this.#host, op);
    try {
      const { id } = await this.#carryOut(domain, scope, op, async (places) => {
        const prepared = prepareAdd(places, device);
        await this.#checkImage(device.kind, device.settings);
        return prepared;
      });
      return { hint: null, id };
    } catch (error) {
      await images.undo();
      throw error;
    }
  }

  remove(
    domain: string,
    request: { id: string; scope: HardwareScope; force: boolean },
    op: Operation,
  ): Promise<HardwareChange> {
    return this.#onItem(domain, request, op, (places, item) => prepareRemove(places, item, request.force));
  }

  change(
    domain: string,
    request: { id: string; values: Readonly<Record<string, FieldValue>>; scope: HardwareScope },
    op: Operation,
  ): Promise<HardwareChange> {
    return this.#onItem(domain, request, op, async (places, item, pcpus) => {
      const prepared = prepareValues(places, item, request.values, pcpus);
      if (item.kind === 'overview') checkName(this.#host, domain, request.values['name']);
      if (item.kind === 'cpu') hardCpus(request.values['cpus'], pcpus);
      await this.#checkImage(item.kind, request.values);
      return prepared;
    });
  }

  revert(
    domain: string,
    { id, fields }: { id: string; fields: readonly string[] | undefined },
    op: Operation,
  ): Promise<HardwareChange> {
    return this.#onItem(domain, { id, scope: 'next' }, op, (places, item, pcpus) =>
      prepareRevert(places, item, fields, pcpus),
    );
  }

  insert(
    domain: string,
    request: { id: string; path: string | null; scope: HardwareScope },
    op: Operation,
  ): Promise<HardwareChange> {
    return this.#onItem(domain, request, op, async (places, item, pcpus) => {
      const prepared = prepareInsert(places, item, request.path, pcpus);
      await this.#checkImage('vbd', { path: request.path });
      return prepared;
    });
  }

  async #onItem(
    domain: string,
    { id, scope }: { id: string; scope: HardwareScope },
    op: Operation,
    prepare: (places: Places, item: HardwareItem, pcpus: number) => Prepared | Promise<Prepared>,
  ): Promise<HardwareChange> {
    await this.#carryOut(domain, scope, op, async (places, pcpus) => {
      const { items } = await this.#view(places.subject);
      return prepare(places, itemOf(items, id, places.subject.domain.name), pcpus);
    });
    return none;
  }

  /** Everything is checked first, then the running domain is changed, then its file. When one fails the next is not done. */
  async #carryOut<P extends Prepared>(
    id: string,
    scope: HardwareScope,
    op: Operation,
    prepare: Prepare<P>,
  ): Promise<P> {
    const { domain } = subjectOf(this.#host, id);
    return domain.exclusive.run('configuring', op.signal, async () => {
      if (scope !== 'now') this.#host.refresher.filesChanged();
      await this.#host.refresher.now();
      const places = placesOf(subjectOf(this.#host, id), scope);
      const prepared = await prepare(places, this.#pcpus);
      if (places.file && prepared.text !== null)
        this.#host.definitions.parse(prepared.text, places.file.path);
      if (places.live && prepared.live) {
        await this.#doLive(id, places.live, prepared.live, op);
        this.#host.refresher.stale(domain.live ?? places.live);
      }
      await this.#doFile(id, places, prepared, op);
      await this.#host.refresher.now();
      op.log(prepared.said);
      return prepared;
    });
  }

  async #doLive(id: string, live: Running, change: LiveChange, op: Operation): Promise<void> {
    op.progress('Changing the running domain', null);
    switch (change.do) {
      case 'plug':
        return plug(this.#host, live, change.device);
      case 'unplug':
        return unplug(this.#host, live, change.item, change.force);
      case 'device':
        return changeDevice(this.#host, live, change.item, change.values);
      case 'part':
        return changePart({ host: this.#host, tools: this.#tools, id, live, op }, change.kind, change.values);
    }
  }

  async #doFile(id: string, places: Places, prepared: Prepared, op: Operation): Promise<void> {
    const { file, live, subject } = places;
    try {
      if (file && prepared.text !== null && prepared.text !== file.text)
        await this.#authoring.replace(subject.domain, prepared.text);
      if (prepared.autostart !== undefined) await this.#tools.setAutostart(id, prepared.autostart, op);
    } catch (error) {
      if (!(error instanceof DomusError) || !live || !prepared.live) throw error;
      throw new DomusError(error.code, `The running domain is changed, its file is not: ${error.message}`);
    }
  }

  async #view(subject: Subject): Promise<HardwareView> {
    return viewOf(subject, await this.#facts(subject));
  }

  async #facts({ live }: Subject): Promise<LiveFacts> {
    const pcpus = this.#pcpus;
    if (!live) return { states: parseDeviceStates('', ''), schedule: null, scheduler: null, pcpus };
    const [{ stdout }, view] = await Promise.all([
      this.#host.xl.script('xl block-list', statesScript, [String(live.domid), mark]),
      this.#tools.schedulerView(),
    ]);
    const [blocks = '', networks = ''] = stdout.split(`${mark}\n`);
    const schedule = view.domains.find(({ domid }) => domid === live.domid) ?? null;
    const scheduler = view.pools.find(({ name }) => name === schedule?.pool)?.scheduler ?? null;
    return { states: parseDeviceStates(blocks, networks), schedule, scheduler, pcpus };
  }

  /** ERROR_NOTFOUND, field `path`, for an image that is not on the host. */
  async #checkImage(kind: HardwareKind, values: Readonly<Record<string, unknown>>): Promise<void> {
    const { path } = values;
    if (kind !== 'vbd' || typeof path !== 'string') return;
    if ((await missingFiles(this.#host.xl, [path])).length === 0) return;
    throw new DomusError('ERROR_NOTFOUND', `There is no file ${path} on the host.`, {
      field: 'path',
      fix: 'The path is one of the host, not of this computer.',
    });
  }

  get #pcpus(): number {
    return Math.max(1, this.#host.facts()?.physical.nrCpus ?? 1);
  }
}

/** ERROR_INVAL for what takes no new image. */
function newImage({ kind, settings }: DeviceDraft, sizeMiB: number | null): Wanted[] {
  if (sizeMiB === null) return [];
  if (kind === 'vbd' && settings.devtype === 'disk' && settings.path !== null)
    return [{ field: 'path', path: settings.path, format: settings.format, sizeMiB, of: '' }];
  throw new DomusError('ERROR_INVAL', 'Only a disk with a path gets a new image.', { field: 'newImageMiB' });
}

/** ERROR_INVAL for a domain that is off, ERROR_NOTFOUND for one without a file, when that is to be changed. */
function placesOf(subject: Subject, scope: HardwareScope): Places {
  const { domain, live, definition } = subject;
  if (scope !== 'next' && !live) {
    throw new DomusError('ERROR_INVAL', `${domain.name} is off: nothing of it can change now.`, {
      field: 'scope',
      fix: 'Change it for the next start, or start it first.',
    });
  }
  if (scope !== 'now' && !definition) {
    throw new DomusError(
      'ERROR_NOTFOUND',
      `${domain.name} has no configuration file, so that there is no next start to change.`,
      { field: 'scope' },
    );
  }
  return { subject, live: scope === 'next' ? null : live, file: scope === 'now' ? null : definition };
}
