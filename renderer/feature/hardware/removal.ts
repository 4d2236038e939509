import type { FieldValue, HardwareItem } from '../../../engine/api/hardware.ts';
import type { ScopeReasons } from './scope.ts';

/** Where an item can be taken out of, each with the reason when it cannot. */
export function removeReasons({
  inDomain,
  inFile,
  removeLive,
  removeConfigured,
}: HardwareItem): ScopeReasons {
  return {
    live: inDomain ? removeLive : 'The running domain does not have it.',
    configured: inFile ? removeConfigured : 'Its file does not have it.',
  };
}

/** Why an item cannot be taken out at all: `part` for what every domain has, else a sentence; null when it can. */
export function whyKept(item: HardwareItem): string | null {
  if (item.removeLive !== null && item.removeLive === item.removeConfigured) return 'part';
  const { live, configured } = removeReasons(item);
  return live !== null && configured !== null ? (item.inDomain ? live : configured) : null;
}

const valueOf = (item: HardwareItem, name: string): FieldValue | undefined => {
  const field = item.fields.find((one) => one.name === name);
  return field?.live ?? field?.configured;
};

/** The medium of a CD or floppy drive, '' for none; null for everything else. */
export function mediumOf(item: HardwareItem): string | null {
  if (item.kind !== 'vbd' || valueOf(item, 'devtype') === 'disk') return null;
  return String(valueOf(item, 'path') ?? '');
}

/** What is lost with an item, and what is not. */
export function lossOf(item: HardwareItem): string {
  if (item.kind === 'vbd') {
    const path = valueOf(item, 'path');
    const kept = typeof path === 'string' && path !== '' ? ` The image ${path} stays as it is.` : '';
    return `The guest loses the drive; what it has not written to it yet is lost.${kept}`;
  }
  if (item.kind === 'vif') return 'The guest loses the card and every connection over it.';
  return `The domain no longer has it.`;
}
