import { accessSync, constants, readFileSync } from 'node:fs';

/** Where the kernel says whether guests may have guests. */
const nestedFiles = ['/sys/module/kvm_intel/parameters/nested', '/sys/module/kvm_amd/parameters/nested'];

function reads(path: string, pattern: RegExp): boolean {
  try {
    return pattern.test(readFileSync(path, 'utf8'));
  } catch {
    return false;
  }
}

/** KVM where it is there and lets Xen have HVM guests of its own; else every instruction is emulated. */
export function chooseAccelerator(): 'kvm' | 'tcg' {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'tcg';
  if (!nestedFiles.some((path) => reads(path, /^[1Y]/))) return 'tcg';
  try {
    accessSync('/dev/kvm', constants.R_OK | constants.W_OK);
    return 'kvm';
  } catch {
    return 'tcg';
  }
}
