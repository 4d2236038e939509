import {
  type Disk,
  diskErrorText,
  parseDisk,
  printDomainJson,
  vdevName,
  vdevNumber,
} from '../../../xlcfg/index.ts';
import { DISK } from '../../../xlcfg/check/device-layout.ts';
import { arrange } from '../../../xlcfg/check/schema.ts';
import { attemptOn, Exit, findDomain, type Found, libxlError, type Xl, type XlContext } from '../context.ts';
import type { Options } from '../getopt.ts';
import { flag, has } from '../given.ts';
import type { CommandTable, Globals } from '../program.ts';
import { storedDevices } from './device-store.ts';
import { sayHint } from './hint.ts';

/** A disk from the words of a command line; ends the command with the parser's lines. */
function diskOf(words: readonly string[]): Disk {
  const result = parseDisk(words);
  if (result.ok) return result.disk;
  const lines = result.errors.map((error) => `${diskErrorText('command line', result.spec, error)}\n`);
  throw new Exit(1, lines.join(''));
}

const dryRunText = (disk: Disk): string => `disk: ${printDomainJson(arrange(DISK, disk))}\n`;

async function isConnected(xl: Xl, domid: number, vdev: string): Promise<boolean> {
  const devid = vdevNumber(vdev);
  return (await storedDevices(xl, domid, 'vbd')).some((device) => device.devid === devid);
}

/** Why a disk cannot be attached, in libxl's words; null when nothing is known against it. */
async function obstacle(xl: Xl, domid: number, disk: Disk): Promise<string | null> {
  const { vdev = '', pdev_path: path = '' } = disk;
  const looks = disk.format !== 'empty' && disk.script === undefined;
  if (looks && !(await xl.files.exists(path)))
    return `Disk vdev=${vdev} failed to stat: ${path}: No such file or directory`;
  if (disk.script !== undefined) return `Domain ${domid}:this host runs no script of ${disk.script}`;
  if (disk.format === 'qcow' || disk.format === 'qed')
    return `Disk vdev=${vdev}, no backend of this host reads ${disk.format}`;
  if (await isConnected(xl, domid, vdev)) return `Domain ${domid}:device already exists in xenstore`;
  return null;
}

/** The usual name of the device that a word (a name or a number) means. */
function deviceName(word: string): string {
  const number = vdevNumber(word);
  return number === undefined ? word : vdevName(number);
}

function plugDisk(xl: Xl, found: Found, disk: Disk) {
  const { vdev = '', pdev_path: path = '', format = 'raw', readwrite, is_cdrom: cdrom } = disk;
  const name = deviceName(vdev);
  const settings = {
    vdev: name,
    devtype: cdrom === 1 ? 'cdrom' : name.startsWith('fd') ? 'floppy' : 'disk',
    path: path === '' ? null : xl.files.absolute(path),
    format: format === 'qcow2' || format === 'vhd' ? format : 'raw',
    readOnly: readwrite !== 1,
    shared: false,
  } as const;
  return attemptOn(xl, found, (client, target) =>
    client.hardware.add({ ...target, device: { kind: 'vbd', settings }, scope: 'now' }),
  );
}

async function attach([domain, ...words]: readonly string[], { dryRun }: Globals, xl: Xl): Promise<number> {
  const found = await findDomain(xl, domain);
  const disk = diskOf(words);
  if (dryRun) {
    xl.out(dryRunText(disk));
    return 0;
  }
  const against = await obstacle(xl, found.domid, disk);
  if (against !== null) libxlError(xl, against);
  const done = against === null ? await plugDisk(xl, found, disk) : null;
  if (done?.ok) return sayHint(xl, done.value);
  libxlError(xl, 'unable to add device');
  xl.err('libxl_device_disk_add failed.\n');
  return 1;
}

async function detach(args: Options, xl: Xl): Promise<number> {
  const [domain, device = ''] = args.positionals;
  const found = await findDomain(xl, domain);
  if (!(await isConnected(xl, found.domid, device))) {
    xl.err(`Error: Device ${device} not connected.\n`);
    return 1;
  }
  const force = has(args, 'f');
  const id = `vbd:${deviceName(device)}`;
  const done = await attemptOn(xl, found, (client, target) =>
    client.hardware.remove({ ...target, id, scope: 'now', force }),
  );
  if (done.ok) return sayHint(xl, done.value);
  libxlError(xl, 'unable to remove device');
  xl.err(`libxl_device_disk_${force ? 'destroy' : 'safe_remove'} failed.\n`);
  return 1;
}

async function changeMedium(words: readonly string[], { dryRun }: Globals, xl: Xl): Promise<number> {
  const [domain, vdev = '', path] = words;
  const found = await findDomain(xl, domain);
  const disk = diskOf([`vdev=${vdev},access=r,devtype=cdrom,target=${path ?? ''}`]);
  if (path !== undefined && !(await xl.files.exists(path))) {
    xl.err(`Cannot stat file: ${path}\n`);
    return 1;
  }
  if (dryRun) {
    xl.out(dryRunText(disk));
    return 0;
  }
  if (!(await isConnected(xl, found.domid, vdev))) {
    libxlError(xl, 'Virtual device not found', found.domid);
    return 1;
  }
  const id = `vbd:${deviceName(vdev)}`;
  const medium = path === undefined ? null : xl.files.absolute(path);
  const done = await attemptOn(xl, found, (client, target) =>
    client.hardware.insert({ ...target, id, path: medium, scope: 'now' }),
  );
  return done.ok ? 0 : 1;
}

export const blockCommands: CommandTable<XlContext> = {
  'block-attach': { atLeast: 2, run: ({ positionals }, globals, xl) => attach(positionals, globals, xl) },
  'block-detach': {
    options: [flag('f', 'force')],
    atLeast: 2,
    run: (args, _, xl) => detach(args, xl),
  },
  'cd-insert': {
    atLeast: 3,
    run: ({ positionals }, globals, xl) => changeMedium(positionals.slice(0, 3), globals, xl),
  },
  'cd-eject': {
    atLeast: 2,
    run: ({ positionals }, globals, xl) => changeMedium(positionals.slice(0, 2), globals, xl),
  },
};
