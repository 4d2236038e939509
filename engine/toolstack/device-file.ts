import { type DeviceDraft, type DeviceSettings, DomusError } from '../api/index.ts';
import { writeChannel } from '../device/channel/index.ts';
import type { AddableKind } from '../device/device.ts';
import type { Options } from '../device/part.ts';
import { shareStruct, writeShare } from '../device/p9/index.ts';
import { rngOptions } from '../device/rng/index.ts';
import { diskStruct, writeDisk } from '../device/vbd/config.ts';
import { noScreen, screenOptions, type WrittenVfb, writeVfb } from '../device/vfb/config.ts';
import { nicStruct, writeNic } from '../device/vif/config.ts';
import {
  addListItem,
  type ConfigDocument,
  type Disk,
  type Nic,
  type P9,
  parseConfig,
  parseDisk,
  parseP9,
  parseRate,
  parseVfb,
  parseVif,
  printChannel,
  printDisk,
  printP9,
  printVfb,
  printVif,
  removeListItem,
  removeOption,
  setListItem,
  setOption,
} from '../xlcfg/index.ts';
import type { GuestConfig } from './guest-config.ts';
import { ownKeys } from './read-config.ts';

/** What of a file is edited: its text, and what the text says. */
export interface ConfigFile {
  readonly path: string;
  readonly text: string;
  readonly config: GuestConfig;
}

const parse = (file: ConfigFile, text = file.text): ConfigDocument => parseConfig(text, file.path);

/** The text with these options set, or taken away where null; comments and order stay. */
export function withOptions(file: ConfigFile, options: Options, text = file.text): string {
  return Object.entries(options).reduce(
    (before, [key, value]) =>
      value === null ? removeOption(parse(file, before), key) : setOption(parse(file, before), key, value),
    text,
  );
}

/** `rate=` as libxl stores it. ERROR_INVAL, field `rate`. */
export function storedRate(text: string | null): { bytes: number; intervalUs: number } | null {
  if (text === null || text === '') return null;
  const result = parseRate(text);
  if (!result.ok) {
    throw new DomusError('ERROR_INVAL', `${result.what}: ${result.near}`, {
      field: 'rate',
      fix: 'Write it like 10Mb/s or 100KB/s@20ms.',
    });
  }
  const { bytesPerInterval, intervalMicroseconds: intervalUs } = result.rate;
  return { bytes: Number(bytesPerInterval), intervalUs };
}

/** The words of one device in its list; `before` are those it has now. */
type Writer<Kind extends AddableKind> = (
  settings: DeviceSettings[Kind],
  before: string | undefined,
) => string;

interface ListKind<Kind extends AddableKind> {
  /** The option whose items these are. */
  readonly option: string;
  readonly write: Writer<Kind>;
  /** An option of ours that lists those for which `has` is true. */
  readonly own?: {
    readonly key: string;
    readonly name: (settings: DeviceSettings[Kind]) => string;
    readonly has: (settings: DeviceSettings[Kind]) => boolean;
  };
}

const vbd: ListKind<'vbd'> = {
  option: 'disk',
  write(settings, before) {
    const read = before === undefined ? undefined : parseDisk(before);
    const struct = read?.ok ? diskStruct.parse(read.disk) : undefined;
    return printDisk(writeDisk(settings, struct) as Disk);
  },
  own: { key: ownKeys.sharedDisks, name: ({ vdev }) => vdev, has: ({ shared }) => shared },
};

const vif: ListKind<'vif'> = {
  option: 'vif',
  write(settings, before) {
    const { colo, ...nic } = before === undefined ? ({} as Nic) : parseVif(before).nic;
    const written = writeNic(settings, storedRate(settings.rate), nicStruct.parse(nic));
    return printVif({ ...(written as Nic), ...(colo && { colo }) });
  },
};

const channel: ListKind<'channel'> = {
  option: 'channel',
  write: (settings) => printChannel(writeChannel(settings)),
};

const p9: ListKind<'p9'> = {
  option: 'p9',
  write(settings, before) {
    const read = before === undefined ? undefined : parseP9(before, '');
    return printP9(writeShare(settings, read?.ok ? shareStruct.parse(read.value) : undefined) as P9);
  },
  own: { key: ownKeys.readOnlyShares, name: ({ tag }) => tag, has: ({ readOnly }) => readOnly },
};

const lists = { vbd, vif, channel, p9 };
type ListedKind = keyof typeof lists;
const listOf = (kind: AddableKind): ListKind<AddableKind> | null =>
  kind in lists ? (lists[kind as ListedKind] as ListKind<AddableKind>) : null;

/** Items of a list option as texts. */
function itemsOf(document: ConfigDocument, option: string): string[] {
  const value = document.settings.get(option)?.value ?? [];
  return typeof value === 'string' ? [] : value.filter((item) => typeof item === 'string');
}

/** What the languages of xl.cfg cannot express (a comma in a path …) is ERROR_INVAL. */
function expressed(write: () => string): string {
  try {
    return write();
  } catch (error) {
    if (error instanceof RangeError) throw new DomusError('ERROR_INVAL', `${error.message}.`);
    throw error;
  }
}

/** Our own option follows what became of one device: `before` and `after` its settings, null when it is not there. */
function followOwn<Kind extends AddableKind>(
  file: ConfigFile,
  { own }: ListKind<Kind>,
  text: string,
  before: DeviceSettings[Kind] | null,
  after: DeviceSettings[Kind] | null,
): string {
  if (!own) return text;
  const listed = itemsOf(parse(file, text), own.key);
  const gone = before && own.name(before);
  const kept = listed.filter((name) => name !== gone && name !== (after && own.name(after)));
  const next = after && own.has(after) ? [...kept, own.name(after)] : kept;
  if (next.join('\0') === listed.join('\0')) return text;
  return withOptions(file, { [own.key]: next.length === 0 ? null : next }, text);
}

/** Options of kinds that are no list items. `settings` null: the device goes. */
function optionsOf(kind: AddableKind, settings: object | null, file: ConfigFile): Options {
  const { config } = file;
  switch (kind) {
    case 'rng':
      return rngOptions(settings as DeviceSettings['rng'] | null, config.libxl);
    case 'sound':
      return { soundhw: (settings as DeviceSettings['sound'] | null)?.model ?? null };
    default:
      return settings === null ? noScreen : screenOptions(settings);
  }
}

/** A PV guest's screen is an item of vfb=, unless the file has the older way: vnc=1 and no vfb=. */
const hasVfbItem = ({ config }: ConfigFile, document: ConfigDocument): boolean =>
  config.type !== 'hvm' && document.settings.has('vfb');

function editScreen(file: ConfigFile, settings: Partial<DeviceSettings['vfb']> | null): string {
  const document = parse(file);
  if (file.config.type === 'hvm' || (file.config.screen && !hasVfbItem(file, document))) {
    const options = optionsOf('vfb', settings, file);
    const { vga: _, stdvga: __, videoram: ___, ...rest } = options;
    return withOptions(file, file.config.type === 'hvm' ? options : rest);
  }
  const [first] = itemsOf(document, 'vfb');
  if (settings === null) return removeListItem(document, 'vfb', 0);
  const before = first === undefined ? undefined : (parseVfb(first) as WrittenVfb);
  const written = expressed(() => printVfb(writeVfb(settings, before)));
  return first === undefined
    ? addListItem(document, 'vfb', written)
    : setListItem(document, 'vfb', 0, written);
}

/** The text of the file with one device more. A card gets its number written when it is not that of its place. */
export function addToFile(file: ConfigFile, { kind, settings }: DeviceDraft, devid?: number): string {
  if (kind === 'vfb') return editScreen(file, settings);
  const list = listOf(kind);
  if (!list) return withOptions(file, optionsOf(kind, settings, file));
  const document = parse(file);
  const at = itemsOf(document, list.option).length;
  const number = devid === undefined || devid === at ? undefined : `devid=${devid}`;
  const item = expressed(() => list.write(settings, number));
  return followOwn(file, list, addListItem(document, list.option, item), null, settings);
}

/** The settings of one device before and after a change, and those that somebody asked for. */
export interface Changed<Kind extends AddableKind> {
  readonly before: DeviceSettings[Kind];
  readonly after: DeviceSettings[Kind];
  readonly named: Partial<DeviceSettings[Kind]>;
}

/** The text with the settings of one device changed; `index` is its place among those of its kind. */
export function changeInFile<Kind extends AddableKind>(
  file: ConfigFile,
  kind: Kind,
  index: number,
  settings: Changed<Kind>,
): string {
  // What a screen has is only partly known: passwords are never read back.
  if (kind === 'vfb') return editScreen(file, settings.named);
  const list = listOf(kind);
  if (!list) return withOptions(file, optionsOf(kind, settings.after, file));
  const document = parse(file);
  const before = itemsOf(document, list.option)[index];
  const item = expressed(() => list.write(settings.after, before));
  const text = setListItem(document, list.option, index, item);
  return followOwn(file, list, text, settings.before, settings.after);
}

/** The text without one device. Cards behind it keep their numbers: these are written where they were not. */
export function removeFromFile<Kind extends AddableKind>(
  file: ConfigFile,
  kind: Kind,
  index: number,
  before: DeviceSettings[Kind],
): string {
  if (kind === 'vfb') return editScreen(file, null);
  const list = listOf(kind);
  if (!list) return withOptions(file, optionsOf(kind, null, file));
  const document = parse(file);
  const items = itemsOf(document, list.option);
  const numbered =
    kind === 'vif' ? items.map((item, at) => (at > index ? withDevid(item, at) : item)) : items;
  const left = numbered.toSpliced(index, 1);
  const text = withOptions(file, { [list.option]: left.length === 0 ? null : left });
  return followOwn(file, list, text, before, null);
}

function withDevid(item: string, devid: number): string {
  const { nic } = parseVif(item);
  if (nic.devid !== undefined) return item;
  return item.trim() === '' ? `devid=${devid}` : `${item},devid=${devid}`;
}
