import { SHUTDOWN_ACTIONS } from '../check/events.ts';
import { group, type OptionGroup } from './option.ts';

const ACTIONS = Object.keys(SHUTDOWN_ACTIONS);

/** What nearly every file has. */
export const BASIC: readonly OptionGroup[] = [
  group('Identity', [
    ['name', 'text', 'A', 'Name of the domain, unique on its host; the only mandatory option'],
    [
      'uuid',
      'text',
      'A',
      'Identity that survives restarts: 32 hexadecimal digits as 8-4-4-4-12; random when not given',
    ],
    ['type', 'choice', 'A', 'How the guest is virtualised', { preset: 'pv', values: ['pv', 'pvh', 'hvm'] }],
    ['builder', 'choice', 'A', 'Old way to say the type', { values: ['hvm', 'generic'], insteadUse: 'type' }],
    ['pool', 'text', 'A', 'CPU pool the domain runs in, by name or number', { preset: 'Pool-0' }],
  ]),
  group('Processors', [
    ['vcpus', 'integer', 'A', 'Virtual CPUs online at the start', { preset: '1' }],
    ['maxvcpus', 'integer', 'A', 'Virtual CPUs the guest may ever have; as many as vcpus when not given'],
    [
      'cpus',
      'either',
      'A',
      'Physical CPUs the virtual ones may run on: "0-3,^2", "node:0", or a list with one item per vCPU',
    ],
    ['cpus_soft', 'either', 'A', 'Physical CPUs the virtual ones prefer, written like cpus'],
    [
      'cpu_weight',
      'integer',
      'A',
      'Share of CPU time relative to other domains, 1 to 65535',
      { preset: '256' },
    ],
    [
      'cap',
      'integer',
      'A',
      'Most CPU time, in percent of one physical CPU; 0 for no limit',
      { preset: '0', unit: '%' },
    ],
    ['vnuma', 'list', 'h', 'Virtual NUMA nodes: lists of "pnode=", "size=", "vcpus=", "vdistances="'],
  ]),
  group('Memory', [
    ['memory', 'integer', 'A', 'Memory at the start, in MiB', { preset: '32', unit: 'MiB' }],
    [
      'maxmem',
      'integer',
      'A',
      'Most memory the guest may balloon up to, in MiB; as much as memory when not given',
      { unit: 'MiB' },
    ],
  ]),
  group('Boot', [
    [
      'kernel',
      'text',
      'A',
      'Kernel image in domain 0; PV and PVH guests need it, a bootloader or a firmware',
    ],
    ['ramdisk', 'text', 'A', 'Initial RAM disk that goes with the kernel'],
    ['cmdline', 'text', 'A', 'Kernel command line'],
    [
      'root',
      'text',
      'A',
      'Root device, added to the command line as root=…; ignored when there is a cmdline',
    ],
    ['extra', 'text', 'A', 'More of the command line, after root; ignored when there is a cmdline'],
    ['bootloader', 'text', 'v', 'Program that finds the kernel on the first disk, such as pygrub'],
    ['bootloader_args', 'either', 'v', 'Arguments of the bootloader; best as a list'],
    ['bootloader_restrict', 'boolean', 'v', 'Run the bootloader with few rights', { preset: '0' }],
    ['bootloader_user', 'text', 'v', 'User the restricted bootloader runs as; implies bootloader_restrict'],
    [
      'firmware',
      'text',
      'A',
      'HVM: uefi, bios, ovmf, seabios or a path; PV and PVH: pvgrub32 or pvgrub64 in place of a kernel',
    ],
    ['boot', 'text', 'H', 'Boot order: c disk, d CD, n network, a floppy', { preset: 'cda' }],
  ]),
  group('Storage', [
    ['disk', 'devices', 'A', 'Disks and CDs: "target,format,vdev,access", or key=value pairs'],
  ]),
  group('Network', [
    ['vif', 'devices', 'A', 'Network interfaces: "mac=…,bridge=…,model=…"; an empty text takes the defaults'],
  ]),
  group('Events', [
    [
      'on_poweroff',
      'choice',
      'A',
      'What to do when the guest powers off',
      { preset: 'destroy', values: ACTIONS },
    ],
    ['on_reboot', 'choice', 'A', 'What to do when the guest reboots', { preset: 'restart', values: ACTIONS }],
    [
      'on_watchdog',
      'choice',
      'A',
      'What to do when the watchdog of the guest runs out',
      { preset: 'destroy', values: ACTIONS },
    ],
    ['on_crash', 'choice', 'A', 'What to do when the guest crashes', { preset: 'destroy', values: ACTIONS }],
    [
      'on_soft_reset',
      'choice',
      'A',
      'What to do when the guest asks for a soft reset',
      { preset: 'soft-reset', values: ACTIONS },
    ],
  ]),
];
