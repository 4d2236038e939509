/**
 * xl.cfg: reading, checking, editing and writing domain configurations and their device specifications.
 * Pure; see docs/dev/xlcfg.md.
 */
export { type CheckResult, type DomainConfig, toDomainConfig } from './check/check.ts';
export type { DomainType, HostFacts, Message, XlConf } from './check/context.ts';
export { deviceJson } from './check/device-layout.ts';
export { SHUTDOWN_ACTIONS, SHUTDOWN_EVENTS } from './check/events.ts';
export type { Json } from './check/schema.ts';
export { type Channel, parseChannel, printChannel } from './device/channel.ts';
export { type CpuListResult, type CpuTopology, parseCpuList, printCpuList } from './device/cpulist.ts';
export { printDisk } from './device/disk-print.ts';
export { type Disk, diskErrorText, type DiskResult, parseDisk, type SpecError } from './device/disk.ts';
export { normalizeMac } from './device/mac.ts';
export { parseMemorySizeKiB, printMemorySize } from './device/memory.ts';
export { type P9, parseP9, printP9 } from './device/p9.ts';
export { parsePci, type Pci, type PciResult, printPci } from './device/pci.ts';
export { parseRate, printRate, type Rate, type RateResult } from './device/rate.ts';
export type { SpecProblem, SpecResult } from './device/spec.ts';
export {
  parseUsbController,
  parseUsbDevice,
  printUsbController,
  printUsbDevice,
  type UsbController,
  type UsbDevice,
} from './device/usb.ts';
export { vdevName, vdevNumber } from './device/vdev.ts';
export { parsePvcalls, printPvcalls, type Pvcalls } from './device/pvcalls.ts';
export { parseVdispl, printVdispl, type Vdispl } from './device/vdispl.ts';
export { parseVirtio, printVirtio, type Virtio } from './device/virtio.ts';
export { parseVsnd, printVsnd, type Vsnd } from './device/vsnd.ts';
export { parseVfb, printVfb, type Vfb } from './device/vfb.ts';
export { type Nic, parseVif, printVif, type VifMessage, type VifResult } from './device/vif.ts';
export { parseVkb, printVkb, type Vkb } from './device/vkb.ts';
export { parseVtpm, printVtpm, type Vtpm } from './device/vtpm.ts';
export {
  addListItem,
  removeListItem,
  removeOption,
  removeOptionEdits,
  setListItem,
  setOption,
  setOptionEdits,
} from './edit/edit.ts';
export { applyEdits, type TextEdit } from './edit/text-edit.ts';
export { printConfig, type PrintOptions } from './edit/print.ts';
export type { Input } from './edit/write.ts';
export { printDomainJson } from './json.ts';
export { importLegacy, type ImportChange, type ImportProblem, type ImportResult } from './legacy/import.ts';
export { configHints, type Hint } from './options/hints.ts';
export { OPTION_GROUPS, optionInfo, similarOption } from './options/index.ts';
export type { GuestType, OptionGroup, OptionInfo, OptionKind } from './options/option.ts';
export type {
  Assignment,
  ConfigDocument,
  Diagnostic,
  ListNode,
  Setting,
  Span,
  Value,
  ValueNode,
} from './syntax/document.ts';
export { withOverrides } from './syntax/overrides.ts';
export { MAX_CONFIG_LENGTH, MAX_LIST_DEPTH, parseConfig } from './syntax/parser.ts';
