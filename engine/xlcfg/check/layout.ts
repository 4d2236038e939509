import { DEVICE_LISTS, SDL, VNC } from './device-layout.ts';
import { array, list, lists, struct, text, union, unless, zero, type Fields } from './schema.ts';

/** libxl's domain configuration, field by field in printing order. Tri-state booleans are "True"/"False". */

const UINT32_MAX = 0xffff_ffff;

const SPICE: Fields = [
  ['enable', text],
  ['port', zero],
  ['tls_port', zero],
  ['host', text],
  ['disable_ticketing', text],
  ['passwd', text],
  ['agent_mouse', text],
  ['vdagent', text],
  ['clipboard_sharing', text],
  ['usbredirection', zero],
  ['image_compression', text],
  ['streaming_video', text],
];

const CREATE_INFO: Fields = [
  ['type', text],
  ['hap', text],
  ['oos', text],
  ['ssid_label', text],
  ['name', text],
  ['uuid', text],
  ['pool_name', text],
  ['run_hotplug_scripts', text],
  ['driver_domain', text],
  ['passthrough', unless('default')],
  ['xend_suspend_evtchn_compat', text],
];

const HVM: Fields = [
  ['firmware', text],
  ['bios', unless('unknown')],
  ['pae', text],
  ['acpi_s3', text],
  ['acpi_s4', text],
  ['acpi_laptop_slate', text],
  ['nx', text],
  ['viridian', text],
  ['viridian_enable', list],
  ['viridian_disable', list],
  ['hpet', text],
  ['vpt_align', text],
  ['mmio_hole_memkb', text],
  ['altp2m', text],
  ['system_firmware', text],
  ['smbios_firmware', text],
  [
    'smbios',
    array([
      ['key', text],
      ['value', text],
    ]),
  ],
  ['acpi_firmware', text],
  ['hdtype', unless('ide')],
  ['nographic', text],
  ['vga', struct([['kind', unless('unknown')]])],
  ['vnc', struct(VNC)],
  ['keymap', text],
  ['sdl', struct(SDL)],
  ['spice', struct(SPICE)],
  ['gfx_passthru', text],
  ['gfx_passthru_kind', unless('default')],
  ['serial', text],
  ['boot', text],
  ['usb', text],
  ['usbversion', zero],
  ['usbdevice', text],
  ['vkb_device', text],
  ['soundhw', text],
  ['xen_platform_pci', text],
  ['xen_platform_pci_bar_uc', text],
  ['usbdevice_list', list],
  ['vendor_device', unless('none')],
  ['ms_vm_genid', list],
  ['serial_list', list],
  [
    'rdm',
    struct([
      ['strategy', unless('ignore')],
      ['policy', unless('invalid')],
    ]),
  ],
  ['rdm_mem_boundary_memkb', text],
  ['mca_caps', zero],
  ['pirq', text],
];

const PV: Fields = [['e820_host', text]];

const PVH: Fields = [
  ['pvshim', text],
  ['pvshim_path', text],
  ['pvshim_cmdline', text],
  ['pvshim_extra', text],
];

const SCHED: Fields = [
  ['sched', text],
  ['weight', unless(-1)],
  ['cap', unless(-1)],
  ['period', unless(-1)],
  ['budget', unless(-1)],
  ['extratime', unless(-1)],
  ['slice', unless(-1)],
  ['latency', unless(-1)],
];

const VNODE: Fields = [
  ['memkb', text],
  ['distances', list],
  ['pnode', zero],
  ['vcpus', list],
];

const BUILD_INFO: Fields = [
  ['max_vcpus', zero],
  ['avail_vcpus', list],
  ['vcpu_hard_affinity', lists],
  ['vcpu_soft_affinity', lists],
  ['numa_placement', text],
  ['tsc_mode', unless('default')],
  ['max_memkb', text],
  ['target_memkb', text],
  ['video_memkb', text],
  ['shadow_memkb', text],
  ['rtc_timeoffset', zero],
  ['exec_ssid_label', text],
  ['localtime', text],
  ['disable_migrate', text],
  ['cpuid', text],
  ['blkdev_start', text],
  ['vnuma_nodes', array(VNODE)],
  ['max_grant_frames', unless(UINT32_MAX)],
  ['max_maptrack_frames', unless(UINT32_MAX)],
  ['max_grant_version', unless(-1)],
  ['device_model_version', unless('unknown')],
  ['device_model_stubdomain', text],
  ['stubdomain_memkb', text],
  ['stubdomain_kernel', text],
  ['stubdomain_cmdline', text],
  ['stubdomain_ramdisk', text],
  ['device_model', text],
  ['device_model_ssid_label', text],
  ['device_model_user', text],
  ['extra', list],
  ['extra_pv', list],
  ['extra_hvm', list],
  ['sched_params', struct(SCHED)],
  [
    'ioports',
    array([
      ['first', zero],
      ['number', zero],
    ]),
  ],
  ['irqs', list],
  [
    'iomem',
    array([
      ['start', zero],
      ['number', zero],
      ['gfn', text],
    ]),
  ],
  ['claim_mode', text],
  ['event_channels', zero],
  ['kernel', text],
  ['cmdline', text],
  ['ramdisk', text],
  ['device_tree', text],
  ['acpi', text],
  ['bootloader', text],
  ['bootloader_args', list],
  ['bootloader_restrict', text],
  ['bootloader_user', text],
  ['timer_mode', unless('unknown')],
  ['nested_hvm', text],
  ['apic', text],
  ['dm_restrict', text],
  ['tee', unless('none')],
  ['type', union({ hvm: HVM, pv: PV, pvh: PVH })],
  [
    'arch_arm',
    struct([
      ['gic_version', unless('default')],
      ['vuart', unless('unknown')],
      ['sve_vl', unless('disabled')],
    ]),
  ],
  ['arch_x86', struct([['msr_relaxed', text]])],
  ['altp2m', unless('disabled')],
  ['altp2m_count', unless(UINT32_MAX)],
  ['vmtrace_buf_kb', zero],
  ['vpmu', text],
  ['trap_unmapped_accesses', text],
  ['llc_colors', list],
  ['xenstore_feature_mask', unless(UINT32_MAX)],
  ['xenstore_quota', struct([])],
];

/** One domain, as `xl create -n` prints it. */
export const DOMAIN_CONFIG: Fields = [
  ['c_info', struct(CREATE_INFO)],
  ['b_info', struct(BUILD_INFO)],
  ...DEVICE_LISTS,
  ['on_poweroff', unless('destroy')],
  ['on_reboot', unless('destroy')],
  ['on_watchdog', unless('destroy')],
  ['on_crash', unless('destroy')],
  ['on_soft_reset', unless('destroy')],
];
