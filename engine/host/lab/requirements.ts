import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { LabAbility } from '../../api/index.ts';

/** What the lab needs of this computer, and how to get it. */

export interface Surroundings {
  readonly platform: NodeJS.Platform;
  readonly isRoot: boolean;
  /** `ID` and `ID_LIKE` of /etc/os-release. */
  readonly systems: readonly string[];
  has(program: string): boolean;
  readonly hasKeyring: boolean;
}

const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Also where an ordinary user's PATH does not lead. */
export const searchPath = (env: NodeJS.ProcessEnv = process.env): string =>
  [...(env['PATH'] ?? '').split(delimiter), '/usr/local/bin', '/usr/sbin', '/sbin', '/opt/homebrew/bin'].join(
    delimiter,
  );

export function systemsOf(osRelease: string): string[] {
  const value = (key: string): string[] =>
    (new RegExp(`^${key}="?([^"\n]*)"?$`, 'm').exec(osRelease)?.[1] ?? '').split(' ').filter(Boolean);
  return [...value('ID'), ...value('ID_LIKE')];
}

function osRelease(): string {
  try {
    return readFileSync('/etc/os-release', 'utf8');
  } catch {
    return '';
  }
}

export const realSurroundings = (): Surroundings => ({
  platform: process.platform,
  isRoot: process.getuid?.() === 0,
  systems: systemsOf(osRelease()),
  has: (program) =>
    searchPath()
      .split(delimiter)
      .some((directory) => isExecutable(join(directory, program))),
  hasKeyring: existsSync(keyring),
});

/** By the family of the system: how QEMU is installed. */
const qemuCommands: readonly [string, string][] = [
  ['debian', 'sudo apt install qemu-system-x86 qemu-utils'],
  ['ubuntu', 'sudo apt install qemu-system-x86 qemu-utils'],
  ['fedora', 'sudo dnf install qemu-system-x86-core qemu-img'],
  ['arch', 'sudo pacman -S qemu-system-x86 qemu-img'],
  ['suse', 'sudo zypper install qemu-x86 qemu-tools'],
  ['opensuse', 'sudo zypper install qemu-x86 qemu-tools'],
  ['alpine', 'sudo apk add qemu-system-x86_64 qemu-img'],
];

function qemuCommand({ platform, systems }: Surroundings): string {
  if (platform === 'darwin') return 'Install it with: brew install qemu';
  const command = qemuCommands.find(([system]) => systems.includes(system))?.[1];
  return command ? `Install it with: ${command}` : 'Install QEMU with the package manager of your system.';
}

const possible: LabAbility = { possible: true, why: null, fix: null };
const impossible = (why: string, fix: string): LabAbility => ({ possible: false, why, fix });

const isDebian = ({ systems }: Surroundings): boolean =>
  systems.includes('debian') || systems.includes('ubuntu');

/** Can labs run here? */
export function canRun(here: Surroundings): LabAbility {
  if (here.platform === 'win32') {
    return impossible(
      'The Xen lab does not run on Windows itself.',
      'Run Domus in WSL 2, or add a Xen host of your network.',
    );
  }
  const missing = ['qemu-system-x86_64', 'qemu-img'].filter((program) => !here.has(program));
  if (missing.length === 0) return possible;
  return impossible(
    `The Xen lab runs under QEMU, and ${missing.join(' and ')} cannot be found.`,
    qemuCommand(here),
  );
}

/** Programs of the build script by their Debian package. */
const buildPrograms: readonly [string, string][] = [
  ['bash', 'bash'],
  ['apt-get', 'apt'],
  ['dpkg-deb', 'dpkg'],
  ['mke2fs', 'e2fsprogs'],
  ['qemu-img', 'qemu-utils'],
  ['cpio', 'cpio'],
  ['modprobe', 'kmod'],
  ['awk', 'mawk'],
];

/** Can the image be built here? */
export function canBuild(here: Surroundings): LabAbility {
  if (!isDebian(here)) {
    return impossible(
      'The image of a Xen host can be built on Debian and Ubuntu only: it is made from Debian packages.',
      'Choose an image file that Domus has exported on such a computer (npm run lab -- export FILE).',
    );
  }
  const packages = buildPrograms.filter(([program]) => !here.has(program)).map(([, name]) => name);
  if (!here.isRoot && !here.has('fakeroot')) packages.push('fakeroot');
  if (!here.hasKeyring) packages.push('debian-archive-keyring');
  if (packages.length === 0) return possible;
  return impossible(
    `Building the image of a Xen host needs ${packages.join(', ')}.`,
    `Install what is missing with: sudo apt install ${packages.join(' ')}`,
  );
}
