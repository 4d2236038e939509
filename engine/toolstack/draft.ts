import { diskWords, displayOptions, type DomainDraft, sourceDrive, vifWords } from '../api/index.ts';
import { type Input, printConfig } from '../xlcfg/index.ts';

/** What a draft does not say and its file has to. */
export interface DraftIdentity {
  readonly uuid: string;
  /** Of its network cards, by their number; for those without one in the draft. */
  readonly macs: readonly string[];
}

/** Where a ready-made image keeps its files, as Domain-0 names them. */
export interface ImageFiles {
  readonly kernel: string;
  readonly ramdisk: string;
  /** Kernel command line; the domain's name is added. */
  readonly cmdline: string;
}

type Settings = Record<string, Input>;

/** With a blank disk to install on, the CD boots only as long as nothing on the disk does. */
const isoOrder = ({ disks }: DomainDraft): string =>
  disks.some(({ devtype, origin }) => devtype === 'disk' && origin?.kind === 'blank') ? 'cd' : 'd';

function bootSettings(draft: DomainDraft, image: ImageFiles | null): Settings {
  const { source, name, type } = draft;
  switch (source.kind) {
    case 'image':
      return image ? { ...image, cmdline: `${image.cmdline} domus.name=${name}` } : {};
    case 'kernel': {
      const { kernel, ramdisk, cmdline } = source;
      return {
        kernel,
        ...(ramdisk === undefined ? {} : { ramdisk }),
        ...(cmdline === '' ? {} : { cmdline }),
      };
    }
    case 'disk':
      return type === 'hvm' ? { boot: 'c' } : { bootloader: 'pygrub' };
    case 'iso':
      return { boot: isoOrder(draft) };
  }
}

function diskSettings(draft: DomainDraft): Settings {
  const own = sourceDrive(draft);
  const all = [...(own ? [own] : []), ...draft.disks].map(diskWords);
  return all.length === 0 ? {} : { disk: all };
}

/** The xl.cfg text of a draft. `image` must be given when the draft starts from a ready-made image. */
export function printDraft(draft: DomainDraft, identity: DraftIdentity, image: ImageFiles | null): string {
  const { name, type, memoryMiB, maxMemoryMiB, vcpus, nics, display } = draft;
  return printConfig({
    name,
    uuid: identity.uuid,
    type,
    memory: memoryMiB,
    ...(maxMemoryMiB !== null && maxMemoryMiB !== memoryMiB && { maxmem: maxMemoryMiB }),
    vcpus,
    ...bootSettings(draft, image),
    ...diskSettings(draft),
    vif: nics.map((nic, index) =>
      vifWords({ ...nic, mac: nic.mac ?? identity.macs[index] ?? null }).join(','),
    ),
    ...displayOptions(display, type),
    ...(type === 'hvm' && { serial: 'pty' }),
    on_poweroff: 'destroy',
    on_reboot: 'restart',
    on_crash: 'destroy',
  });
}
