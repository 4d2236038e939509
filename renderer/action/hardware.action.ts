import { CirclePlus, Trash2, Undo2, Wrench } from '@lucide/vue';
import type { DeviceDraft, FieldValue, HardwareItem, HardwareScope } from '../../engine/api/hardware.ts';
import type { AppPort, DomainAction, DomainContext, WhyNot } from './action.ts';
import { addLine, changeLine, insertLine, removeLine, revertLine } from './hardware-line.ts';
import { domainRule } from './rules.ts';

/** Hardware changes in every state but while the domain ends; the engine knows the rest. */
const rule = (context: DomainContext): true | WhyNot =>
  domainRule(context, {
    states: ['off', 'running', 'blocked', 'paused', 'shutdown', 'crashed'],
    dom0: 'has the hardware of this computer.',
  });

/** What a person has to do in a guest that does not look for new devices by itself. */
function tellHint(app: AppPort, title: string, hint: string | null): void {
  if (hint !== null) app.notify({ kind: 'info', title, detail: `Type in the guest: ${hint}` });
}

const ids = ({ domain }: DomainContext) => ({ host: domain.host, domain: domain.id });

export interface Addition {
  readonly device: DeviceDraft;
  readonly scope: HardwareScope;
  /** A blank image of that size is made for it. */
  readonly newImageMiB: number | null;
  /** Told the id of the new item. */
  readonly done?: (id: string) => void;
}

export const hardwareAdd = ({ device, scope, newImageMiB, done }: Addition): DomainAction => ({
  id: 'hardware.add',
  title: 'Add hardware',
  icon: CirclePlus,
  appliesTo: 'domain',
  canRun: rule,
  xl: ({ domain }) => addLine(domain, device, scope, newImageMiB),
  async run(context) {
    const { app, domain } = context;
    const command = addLine(domain, device, scope, newImageMiB) ?? undefined;
    const call = app.client.hardware.add({ ...ids(context), device, scope, newImageMiB, command });
    const { id, hint } = await call;
    done?.(id);
    tellHint(app, `${domain.name} has the device`, hint);
  },
});

export const hardwareRemove = (item: HardwareItem, scope: HardwareScope, force: boolean): DomainAction => ({
  id: 'hardware.remove',
  title: `Remove ${item.title}`,
  icon: Trash2,
  appliesTo: 'domain',
  canRun: rule,
  xl: ({ domain }) => removeLine(domain, item, scope, force),
  async run(context) {
    const { app, domain } = context;
    const command = removeLine(domain, item, scope, force) ?? undefined;
    const call = app.client.hardware.remove({ ...ids(context), id: item.id, scope, force, command });
    tellHint(app, `${item.title} is gone`, (await call).hint);
  },
});

export interface Change {
  readonly values: Readonly<Record<string, FieldValue>>;
  readonly scope: HardwareScope;
}

export const hardwareChange = (item: HardwareItem, { values, scope }: Change): DomainAction => ({
  id: 'hardware.change',
  title: `Change ${item.title}`,
  icon: Wrench,
  appliesTo: 'domain',
  canRun: rule,
  xl: ({ domain }) => changeLine(domain, item, values, scope),
  async run(context) {
    const { app, domain } = context;
    const command = changeLine(domain, item, values, scope) ?? undefined;
    const call = app.client.hardware.change({ ...ids(context), id: item.id, values, scope, command });
    tellHint(app, `${item.title} is changed`, (await call).hint);
  },
});

/** Puts a medium into a drive; null takes it out. */
export const hardwareInsert = (
  item: HardwareItem,
  path: string | null,
  scope: HardwareScope,
): DomainAction => ({
  id: 'hardware.insert',
  title: path === null ? 'Eject' : 'Insert',
  icon: Wrench,
  appliesTo: 'domain',
  canRun: rule,
  xl: ({ domain }) => insertLine(domain, item, path, scope),
  async run(context) {
    const command = insertLine(context.domain, item, path, scope) ?? undefined;
    await context.app.client.hardware.insert({ ...ids(context), id: item.id, path, scope, command });
  },
});

/** Makes the file say what runs; without `fields` all of the item, also whether it is there at all. */
export const hardwareRevert = (item: HardwareItem, fields?: readonly string[]): DomainAction => ({
  id: 'hardware.revert',
  title: 'Revert',
  icon: Undo2,
  appliesTo: 'domain',
  canRun: rule,
  xl: ({ domain }) => revertLine(domain, item, fields),
  async run(context) {
    const named = fields ? { fields: [...fields] } : {};
    const command = revertLine(context.domain, item, fields);
    await context.app.client.hardware.revert({ ...ids(context), id: item.id, ...named, command });
  },
});
