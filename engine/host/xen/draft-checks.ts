import { beyondLimits, type DomainDraft, domainDraft, DomusError } from '../../api/index.ts';
import type { XenContext } from './host-context.ts';
import { missingFiles } from './host-files.ts';

/** Checks of a draft before anything is written; each names the field of the draft that is to blame. */

const invalid = (field: string, message: string, fix?: string): DomusError =>
  new DomusError('ERROR_INVAL', message, { field, ...(fix === undefined ? {} : { fix }) });

/** The contract's own rules, for callers that did not come through it; what this host can give. */
export function checkDraft(draft: DomainDraft, { facts }: Pick<XenContext, 'facts'>): void {
  const issue = domainDraft.safeParse(draft).error?.issues[0];
  if (issue) throw invalid(issue.path.join('.'), issue.message);
  if (draft.source.kind === 'image') throw noImages(draft.source.image);
  const [beyond] = beyondLimits(draft, 'xen');
  if (beyond) throw invalid(beyond.field, beyond.message);
  checkType(draft, facts()?.physical.virtCaps ?? []);
  checkBridges(draft, facts()?.bridges ?? []);
}

/** Which kinds of guests the hypervisor runs is what `virt_caps` of xl info says. */
function checkType({ type, source }: DomainDraft, virtCaps: readonly string[]): void {
  if (type === 'pv' || virtCaps.length === 0 || virtCaps.includes('hvm')) return;
  throw invalid(
    'type',
    `This host runs PV guests only: its processor gives Xen no hardware virtualisation, which ${type.toUpperCase()} needs.`,
    source.kind === 'iso'
      ? 'A CD cannot boot there: start from a kernel or a disk, as PV.'
      : 'Choose PV, with a kernel that can run so.',
  );
}

function checkBridges({ nics }: DomainDraft, bridges: readonly string[]): void {
  if (bridges.length === 0) return;
  const at = nics.findIndex(({ bridge }) => !bridges.includes(bridge));
  const bridge = nics[at]?.bridge;
  if (bridge === undefined) return;
  throw invalid(
    `nics.${at}.bridge`,
    `There is no bridge ${bridge} on this host.`,
    `Use one of: ${bridges.join(', ')}.`,
  );
}

/** The files of the host that must be there, by field of the draft. */
function filesOf({ source, disks }: DomainDraft): Map<string, string> {
  const files = new Map<string, string>();
  if (source.kind === 'kernel') {
    files.set('source.kernel', source.kernel);
    if (source.ramdisk !== undefined) files.set('source.ramdisk', source.ramdisk);
  }
  if (source.kind === 'disk') files.set('source.disk', source.disk);
  if (source.kind === 'iso') files.set('source.iso', source.iso);
  for (const [index, { path, origin }] of disks.entries()) {
    if (origin?.kind === 'copy') files.set(`disks.${index}.origin.of`, origin.of);
    else if (!origin && path !== null) files.set(`disks.${index}.path`, path);
  }
  return files;
}

export async function checkDraftFiles(draft: DomainDraft, { xl }: Pick<XenContext, 'xl'>): Promise<void> {
  const files = filesOf(draft);
  const missing = await missingFiles(xl, [...files.values()]);
  for (const [field, path] of files) {
    if (!missing.includes(path)) continue;
    throw new DomusError('ERROR_NOTFOUND', `There is no file ${path} on the host.`, {
      field,
      fix: 'The path is one of the host, not of this computer.',
    });
  }
}

export const noImages = (image: string): DomusError =>
  new DomusError('ERROR_NOTFOUND', `There is no ready-made image "${image}" on a real host.`, {
    field: 'source.image',
    fix: 'Give it a kernel, a disk or an installation CD of the host.',
  });
