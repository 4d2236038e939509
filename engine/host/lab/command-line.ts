import { type LabId } from '../../api/index.ts';
import { numberOf } from './identity.ts';

/** How QEMU is started for a lab. All paths are relative to the lab's directory, where QEMU runs. */

/** Names inside a lab's directory. */
export const labFile = {
  hypervisor: 'xen',
  kernel: 'vmlinuz',
  initrd: 'initrd.img',
  base: 'base.qcow2',
  disk: 'root.qcow2',
  storage: 'storage.qcow2',
  identity: 'identity.img',
  knownHosts: 'known_hosts',
  qmp: 'qmp.sock',
  console: 'console.sock',
  consoleLog: 'console.log',
  pid: 'qemu.pid',
  qemuLog: 'qemu.log',
  settings: 'lab.json',
} as const;

export interface LabMachine {
  readonly lab: LabId;
  readonly accelerator: 'kvm' | 'tcg';
  /** On 127.0.0.1, to dom0's port 22. */
  readonly sshPort: number;
  /** UDP ports on 127.0.0.1 of the wire between the labs. */
  readonly wire: { readonly own: number; readonly peer: number };
  readonly memoryMiB: number;
  readonly dom0MemoryMiB: number;
  /** seccomp, on Linux. */
  readonly sandbox: boolean;
}

/**
 * Without the flags Xen 4.17 does not run under emulation: its mwait idle faults on `monitor`; iretq in ring 3, where a PV
 * dom0 lives, faults with `smap`; the intercept of `rdtscp` is reported as that of rdtsc, which crashes PVH and HVM guests; with
 * `xsave` a kernel was seen to unpack to rubbish while other guests were busy; AVX needs it, and programs that ask the processor must not
 * find it.
 */
const processor = { tcg: 'EPYC,-monitor,-smap,-rdtscp,-xsave,-avx,-avx2,-fma,-f16c', kvm: 'host' } as const;

/** One vCPU for dom0: with two it is several times slower when the computer's own are busy. */
const hypervisorLine = (dom0MemoryMiB: number): string =>
  `dom0_mem=${dom0MemoryMiB}M,max:${dom0MemoryMiB}M dom0_max_vcpus=1 com1=115200,8n1 console=com1 ` +
  'loglvl=info guest_loglvl=info cpuidle=0';

const disk = (id: string, file: string, more: string): string[] => [
  '-drive',
  `if=none,id=${id},file=${file},${more}`,
  '-device',
  `virtio-blk-pci,drive=${id}`,
];

const network = (id: string, backend: string, mac: string): string[] => [
  '-netdev',
  backend.replace(/^(\w+),/, `$1,id=${id},`),
  '-device',
  `virtio-net-pci,netdev=${id},romfile=,mac=${mac}`,
];

export function qemuArguments(machine: LabMachine): string[] {
  const { lab, accelerator, sshPort, wire, memoryMiB, dom0MemoryMiB, sandbox } = machine;
  const number = numberOf(lab);
  const mac = (wireNumber: number): string => `52:54:00:78:0${wireNumber}:0${number}`;
  const accel = accelerator === 'kvm' ? 'kvm' : 'tcg,thread=multi,tb-size=512';
  return [
    ...['-name', `domus-${lab}`, '-machine', 'q35', '-accel', accel, '-cpu', processor[accelerator]],
    ...['-smp', '2', '-m', String(memoryMiB), '-display', 'none', '-no-user-config', '-nodefaults', '-S'],
    ...(sandbox
      ? ['-sandbox', 'on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny']
      : []),
    ...['-kernel', labFile.hypervisor, '-append', hypervisorLine(dom0MemoryMiB)],
    ...['-initrd', `${labFile.kernel} root=/dev/vda rw console=hvc0 loglevel=4,${labFile.initrd}`],
    ...disk('root', labFile.disk, 'format=qcow2'),
    ...disk('storage', labFile.storage, 'format=qcow2'),
    ...disk('identity', labFile.identity, 'format=raw,read-only=on'),
    ...network('outside', `user,hostfwd=tcp:127.0.0.1:${sshPort}-10.0.2.9:22`, mac(0)),
    ...network('wire', `socket,udp=127.0.0.1:${wire.peer},localaddr=127.0.0.1:${wire.own}`, mac(1)),
    ...[
      '-chardev',
      `socket,id=serial,path=${labFile.console},server=on,wait=off`,
      '-serial',
      'chardev:serial',
    ],
    ...[
      '-qmp',
      `unix:${labFile.qmp},server=on,wait=off`,
      '-pidfile',
      labFile.pid,
      '-device',
      'virtio-rng-pci',
    ],
  ];
}
