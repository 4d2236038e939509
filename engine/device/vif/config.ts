import { z } from 'zod';
import type { DeviceSettings } from '../../api/index.ts';

/** Rates come as 64-bit numbers. */
const number = z.union([z.number(), z.bigint()]).transform(Number);

/** A network card in libxl's JSON (xl-cfg reference §6). */
export const nicStruct = z.looseObject({
  devid: z.number().optional(),
  mac: z.string().optional(),
  bridge: z.string().optional(),
  model: z.string().optional(),
  ip: z.string().optional(),
  script: z.string().optional(),
  ifname: z.string().optional(),
  mtu: z.number().optional(),
  rate_bytes_per_interval: number.optional(),
  rate_interval_usecs: number.optional(),
});
export type NicStruct = z.infer<typeof nicStruct>;

/** So many bytes may leave the guest in each interval. */
export interface NicRate {
  readonly bytes: number;
  readonly intervalUs: number;
  /** As xl.cfg writes it: `1250KB/s`. */
  readonly text: string;
}

/** A network card of a domain. */
export interface NicConfig {
  readonly devid: number;
  /** Lower-case, colon separated; null: one is made up at start. */
  readonly mac: string | null;
  readonly bridge: string;
  /** As configured (`rtl8139`, `virtio-net`, …); null: the default. */
  readonly model: string | null;
  readonly ip: string | null;
  readonly script: string | null;
  readonly vifname: string | null;
  readonly rate: NicRate | null;
  /** The cable: false = unplugged. Files always say true: xl.cfg has no word for it. */
  readonly link: boolean;
  /** Where it sits on the bus of the running guest. */
  readonly pciSlot?: number;
  readonly struct: NicStruct;
}

export type NicSettings = DeviceSettings['vif'];

export const defaultBridge = 'xenbr0';

/** `rateText` writes a rate as xl.cfg does. */
export function readNic(
  struct: NicStruct,
  index: number,
  rateText: (bytes: number, intervalUs: number) => string,
): NicConfig {
  const { rate_bytes_per_interval: bytes, rate_interval_usecs: intervalUs } = struct;
  return {
    devid: struct.devid ?? index,
    mac: struct.mac?.toLowerCase() ?? null,
    bridge: struct.bridge ?? defaultBridge,
    model: struct.model ?? null,
    ip: struct.ip ?? null,
    script: struct.script ?? null,
    vifname: struct.ifname ?? null,
    rate: bytes && intervalUs ? { bytes, intervalUs, text: rateText(bytes, intervalUs) } : null,
    link: true,
    struct,
  };
}

/** xl.cfg's names for the cards this contract knows. */
const modelWords = { virtio: 'virtio-net', ne2k_pci: 'ne2k_pci' } as const;
/** Other names of theirs that files use. */
const modelOf: Record<string, NicSettings['model']> = {
  virtio: 'virtio',
  'virtio-net': 'virtio',
  'virtio-net-pci': 'virtio',
  ne2k_pci: 'ne2k_pci',
  ne2k_isa: 'ne2k_pci',
};

type Written = Partial<Record<keyof NicStruct, string | number | null>>;

/** The card with these settings; `rate` as libxl stores it. What `before` says beyond them stays. */
export function writeNic(
  settings: NicSettings,
  rate: { bytes: number; intervalUs: number } | null,
  before: NicStruct = {},
): NicStruct {
  const { mac, bridge, model, ip, script, vifname } = settings;
  const sameModel = (modelOf[before.model ?? ''] ?? before.model ?? null) === model;
  const written: Written = {
    mac,
    bridge,
    model: sameModel ? (before.model ?? null) : model === null ? null : modelWords[model],
    ip,
    script,
    ifname: vifname,
    rate_bytes_per_interval: rate?.bytes ?? null,
    rate_interval_usecs: rate?.intervalUs ?? null,
  };
  const entries = Object.entries({ ...before, ...written }).filter(([, value]) => value !== null);
  return nicStruct.parse(Object.fromEntries(entries));
}

export function nicSettings(nic: NicConfig): NicSettings {
  const { mac, bridge, ip, script, vifname, rate, link } = nic;
  const model = (modelOf[nic.model ?? ''] ?? nic.model) as NicSettings['model'];
  return { mac, bridge, model, ip, script, vifname, rate: rate?.text ?? null, link };
}
