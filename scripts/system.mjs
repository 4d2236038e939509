// Programs of the system that the tests need. As root on Debian they are installed; elsewhere the person is told.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { say } from './bootstrap.mjs';

/** What is needed, by any of these programs, from this Debian package. */
export const needs = {
  chromium: {
    programs: ['chromium', 'chromium-browser', 'google-chrome'],
    debian: 'chromium',
    elsewhere:
      'Install Chromium or Google Chrome, so that it can be started as "chromium" or "google-chrome".',
  },
  xenstore: {
    programs: ['xenstore-ls'],
    debian: 'xenstore-utils',
    elsewhere: 'Install the XenStore command line tools (package xenstore-utils on Debian and Ubuntu).',
  },
  qemu: {
    programs: ['qemu-system-x86_64'],
    debian: 'qemu-system-x86 qemu-utils',
    elsewhere: 'Install QEMU (qemu-system-x86_64, qemu-img) to run a real Xen host.',
  },
  labBuild: {
    programs: ['cpio'],
    debian: 'cpio kmod e2fsprogs debian-archive-keyring',
    elsewhere: 'Install cpio and kmod; the image of a real Xen host can be built on Debian and Ubuntu only.',
  },
  ssh: {
    programs: ['ssh'],
    debian: 'openssh-client',
    elsewhere: 'Install the OpenSSH client.',
  },
  vncViewer: {
    programs: ['gvnccapture'],
    debian: 'gvncviewer',
    elsewhere: 'Install gvnccapture (package gvncviewer on Debian and Ubuntu).',
  },
  display: {
    programs: ['xvfb-run'],
    debian: 'xvfb xauth',
    elsewhere: 'Run this where there is a display, or install Xvfb.',
  },
  mkfs: {
    programs: ['mkfs.ext4'],
    debian: 'e2fsprogs',
    elsewhere: 'Install mkfs.ext4 (package e2fsprogs on Debian and Ubuntu).',
  },
  compiler: {
    programs: ['c++', 'g++', 'clang++'],
    debian: 'g++',
    elsewhere: 'Install a C++ compiler.',
  },
  make: { programs: ['make', 'gmake'], debian: 'make', elsewhere: 'Install make.' },
  python: { programs: ['python3', 'python'], debian: 'python3', elsewhere: 'Install Python 3.' },
};

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const directories = () => [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];
export const isThere = ({ programs }) =>
  programs.some((program) => directories().some((directory) => isExecutable(join(directory, program))));

const apt = (args) =>
  spawnSync('apt-get', args, {
    stdio: ['ignore', 2, 2],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  }).status === 0;

/** Gets what is missing of `names`. Returns the sentences about what still is. */
export function provide(names) {
  const missing = () => names.map((name) => needs[name]).filter((need) => !isThere(need));
  const wanted = missing().flatMap(({ debian }) => debian.split(' '));
  if (wanted.length > 0 && process.getuid?.() === 0 && existsSync('/etc/debian_version')) {
    say(`Installing ${wanted.join(', ')} …`);
    const install = ['install', '-y', '--no-install-recommends', ...wanted];
    if (!apt(install) && apt(['update'])) apt(install);
  }
  return missing().map(({ elsewhere }) => elsewhere);
}
