import type { DomainDraft } from '../api/index.ts';
import { type Input, printConfig } from '../xlcfg/index.ts';

/** What a draft does not say and its file has to. */
export interface DraftIdentity {
  readonly uuid: string;
  /** Of its first network card. */
  readonly mac: string;
}

/** Where a ready-made image keeps its files, as Domain-0 names them. */
export interface ImageFiles {
  readonly kernel: string;
  readonly ramdisk: string;
  /** Kernel command line; the domain's name is added. */
  readonly cmdline: string;
}

type Settings = Record<string, Input>;

/** `target=` comes last: it takes the rest of the line, commas and blanks included (xl-cfg reference §5). */
function disk(target: string, vdev: string, access: 'rw' | 'ro', cdrom = false): string {
  return `format=raw, vdev=${vdev}, access=${access}${cdrom ? ', devtype=cdrom' : ''}, target=${target}`;
}

function bootSettings(draft: DomainDraft, image: ImageFiles | null): Settings {
  const { source, name } = draft;
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
      return { boot: 'c', disk: [disk(source.disk, 'hda', 'rw')] };
    case 'iso':
      return { boot: 'd', disk: [disk(source.iso, 'hdc', 'ro', true)] };
  }
}

/**
 * The xl.cfg text of a draft. `image` must be given when the draft starts from a ready-made image. The domain is HVM: it
 * gets emulated hardware here, and a real Xen host given the same file does the same.
 */
export function printDraft(draft: DomainDraft, identity: DraftIdentity, image: ImageFiles | null): string {
  const { name, memoryMiB, bridge } = draft;
  return printConfig({
    name,
    uuid: identity.uuid,
    type: 'hvm',
    memory: memoryMiB,
    vcpus: 1,
    ...bootSettings(draft, image),
    vif: bridge === null ? [] : [`mac=${identity.mac},bridge=${bridge}`],
    serial: 'pty',
    on_poweroff: 'destroy',
    on_reboot: 'restart',
    on_crash: 'destroy',
  });
}
