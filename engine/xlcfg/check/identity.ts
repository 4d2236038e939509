import { type Context, defbool, type DomainType, type Step } from './context.ts';

const TYPES: readonly DomainType[] = ['hvm', 'pv', 'pvh'];
const BUILDERS: readonly (readonly [string, DomainType])[] = [
  ['hvm', 'hvm'],
  ['generic', 'pv'],
];
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** With only seclabel it is the label of creation; with init_seclabel it becomes the label of execution. */
const seclabels: Step = (context) => {
  const { create, build } = context;
  const initial = context.text(create, 'ssid_label', 'init_seclabel');
  if (initial === undefined) context.text(create, 'ssid_label', 'seclabel');
  else context.text(build, 'exec_ssid_label', 'seclabel');
  create.run_hotplug_scripts = defbool(context.host.xlConf?.runHotplugScripts ?? true);
};

function badType(context: Context, near: string): never {
  return context.fail('bad-type', `Invalid domain type ${near}.`, { near });
}

/** Both options match by prefix in a fixed order, so "" is hvm and "p" is pv (xl-cfg reference §4). */
const domainType: Step = (context) => {
  const { reader } = context;
  let type: DomainType | undefined;
  const typeText = reader.string('type');
  if (typeText !== undefined)
    type = TYPES.find((name) => name.startsWith(typeText)) ?? badType(context, typeText);
  const builder = reader.string('builder');
  if (builder !== undefined) {
    const match = BUILDERS.find(([name]) => name.startsWith(builder));
    if (match === undefined) badType(context, builder);
    if (type !== undefined && type !== match[1])
      context.fail('type-conflict', 'Contradicting "builder" and "type" options specified.');
    type = match[1];
  }
  context.type = type ?? (context.host.architecture === 'arm' ? 'pvh' : 'pv');
  context.create.type = context.type;
};

const nameAndUuid: Step = (context) => {
  const { create, reader, host } = context;
  context.boolean(create, 'hap', 'hap');
  if (context.text(create, 'name', 'name') === undefined)
    context.fail('missing-name', 'Domain name must be specified.', { param: 'name' });
  const uuid = reader.string('uuid');
  if (uuid !== undefined && !UUID.test(uuid))
    context.fail('bad-uuid', `Failed to parse UUID: ${uuid}`, { near: uuid });
  create.uuid = uuid === undefined ? host.randomUuid() : uuid.toLowerCase();
  context.boolean(create, 'oos', 'oos');
  context.text(create, 'pool_name', 'pool');
};

const pvshim: Step = (context) => {
  if (context.type === 'pvh') {
    context.boolean(context.typed, 'pvshim', 'pvshim');
    for (const key of ['pvshim_path', 'pvshim_cmdline', 'pvshim_extra'])
      context.text(context.typed, key, key);
  }
  const blkdevStart = context.host.xlConf?.blkdevStart;
  if (blkdevStart !== undefined) context.build.blkdev_start = blkdevStart;
};

export const IDENTITY: readonly Step[] = [seclabels, domainType, nameAndUuid, pvshim];
