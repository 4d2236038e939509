import { type Disk, diskErrorText, parseDisk, printDomainJson, vdevNumber } from '../../../xlcfg/index.ts';
import { DISK } from '../../../xlcfg/check/device-layout.ts';
import { arrange } from '../../../xlcfg/check/schema.ts';
import { Exit, findDomain, libxlError, type Xl, type XlContext } from '../context.ts';
import { flag } from '../given.ts';
import type { CommandTable, Globals } from '../program.ts';
import { storedDevices } from './device-store.ts';

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

/** Why a disk cannot be attached, in libxl's words. */
async function obstacle(xl: Xl, domid: number, disk: Disk): Promise<string> {
  const { vdev = '', pdev_path: path = '' } = disk;
  const looks = disk.format !== 'empty' && disk.script === undefined;
  if (looks && !(await xl.files.exists(path)))
    return `Disk vdev=${vdev} failed to stat: ${path}: No such file or directory`;
  if (await isConnected(xl, domid, vdev)) return `Domain ${domid}:device already exists in xenstore`;
  return `Domain ${domid}:this device model cannot add a disk while the domain runs`;
}

async function attach([domain, ...words]: readonly string[], { dryRun }: Globals, xl: Xl): Promise<number> {
  const { domid } = await findDomain(xl, domain);
  const disk = diskOf(words);
  if (dryRun) {
    xl.out(dryRunText(disk));
    return 0;
  }
  libxlError(xl, await obstacle(xl, domid, disk));
  libxlError(xl, 'unable to add device');
  xl.err('libxl_device_disk_add failed.\n');
  return 1;
}

async function detach([domain, device = '']: readonly string[], xl: Xl): Promise<number> {
  const { domid } = await findDomain(xl, domain);
  if (!(await isConnected(xl, domid, device))) {
    xl.err(`Error: Device ${device} not connected.\n`);
    return 1;
  }
  libxlError(xl, 'this device model cannot remove a disk while the domain runs', domid);
  libxlError(xl, 'unable to remove device');
  xl.err('libxl_device_disk_remove failed.\n');
  return 1;
}

async function changeMedium(words: readonly string[], { dryRun }: Globals, xl: Xl): Promise<number> {
  const [domain, vdev = '', path] = words;
  const { domid } = await findDomain(xl, domain);
  const disk = diskOf([`vdev=${vdev},access=r,devtype=cdrom,target=${path ?? ''}`]);
  if (path !== undefined && !(await xl.files.exists(path))) {
    xl.err(`Cannot stat file: ${path}\n`);
    return 1;
  }
  if (dryRun) {
    xl.out(dryRunText(disk));
    return 0;
  }
  const known = await isConnected(xl, domid, vdev);
  libxlError(
    xl,
    known ? 'this device model cannot change a medium while the domain runs' : 'Virtual device not found',
    domid,
  );
  return 1;
}

export const blockCommands: CommandTable<XlContext> = {
  'block-attach': { atLeast: 2, run: ({ positionals }, globals, xl) => attach(positionals, globals, xl) },
  'block-detach': {
    options: [flag('f', 'force')],
    atLeast: 2,
    run: ({ positionals }, _, xl) => detach(positionals, xl),
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
