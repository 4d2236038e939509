import type { z } from 'zod';
import { imagesFolder } from '../../../engine/api/draft.ts';
import {
  type DeviceDraft,
  deviceDraft,
  deviceSettings,
  type FieldValue,
  type HardwareView,
} from '../../../engine/api/hardware.ts';
import { type Entry, readEntry } from '../form/schema-control.ts';
import { freeVdev, sizeMiB } from '../create/disk-form.ts';
import { whyIdle, whyNeeded } from './field-rules.ts';
import { type ScopeReasons, usualScope } from './scope.ts';

export type AddableKind = keyof typeof deviceSettings;

/** A device that is being put together: settings as typed, and the size of its new image. */
export interface AddForm {
  readonly kind: AddableKind;
  readonly entries: Readonly<Record<string, Entry>>;
  /** null: the image is there already, or there is none. */
  readonly newSize: string | null;
}

export interface Draft {
  readonly device: DeviceDraft | null;
  readonly newImageMiB: number | null;
  readonly errors: Readonly<Record<string, string>>;
}

function sizeError(text: string, size: number): string | null {
  if (text.trim() === '' || Number.isNaN(size)) return 'A size is a number of GiB, or one such as 512M.';
  return size < 1 ? 'A disk has at least 1 MiB.' : null;
}

/** The device as the contract has it, or what is wrong with it by field. */
export function draftOf({ kind, entries, newSize }: AddForm): Draft {
  const shape: Readonly<Record<string, z.ZodType>> = deviceSettings[kind].shape;
  const settings: Record<string, FieldValue> = {};
  const errors: Record<string, string> = {};
  for (const [name, schema] of Object.entries(shape)) {
    const at = (other: string): Entry | undefined => entries[other];
    if (whyIdle(kind, name, at) !== undefined) continue;
    const { value, error } = readEntry(schema, entries[name] ?? '');
    const wrong = error ?? whyNeeded(kind, name, at);
    if (wrong !== undefined) errors[name] = wrong;
    else if (value !== undefined) settings[name] = value;
  }
  const size = newSize === null ? null : sizeMiB(newSize);
  const bad = newSize === null || size === null ? null : sizeError(newSize, size);
  if (bad !== null) errors['newImageMiB'] = bad;
  if (Object.keys(errors).length > 0) return { device: null, newImageMiB: null, errors };
  return { device: deviceDraft.parse({ kind, settings }), newImageMiB: size, errors };
}

/** A free file for a new image of a domain: `web-xvdb.img`. */
export const imagePath = (domain: string, vdev: string): string => `${imagesFolder}/${domain}-${vdev}.img`;

/** A row of the list of kinds: drives for media are kinds of their own to people. */
export interface KindChoice {
  readonly id: string;
  readonly kind: AddableKind;
  readonly title: string;
  readonly reasons: ScopeReasons;
  /** Why it cannot be added at all; null when it can. */
  readonly why: string | null;
}

const fromTheStart = 'CD and floppy drives are there from the start: they cannot be plugged in.';

export function kindChoices({ addable }: Pick<HardwareView, 'addable'>): KindChoice[] {
  const choice = (id: string, kind: AddableKind, title: string, reasons: ScopeReasons): KindChoice => ({
    id,
    kind,
    title,
    reasons,
    why: usualScope(reasons) === null ? (reasons.live ?? reasons.configured) : null,
  });
  return addable.flatMap(({ kind, title, live, configured }) => {
    if (kind !== 'vbd') return [choice(kind, kind as AddableKind, title, { live, configured })];
    const media = { live: live ?? fromTheStart, configured };
    return [
      choice('vbd', 'vbd', 'Disk', { live, configured }),
      choice('cdrom', 'vbd', 'CD drive', media),
      choice('floppy', 'vbd', 'Floppy drive', media),
    ];
  });
}

/** Settings of a new drive for media: an empty one at the first place that is free. */
export function driveEntries(devtype: string, { items }: Pick<HardwareView, 'items'>): Record<string, Entry> {
  const hvm = items.some(({ fields }) =>
    fields.some(({ name, live, configured }) => name === 'type' && (live ?? configured) === 'hvm'),
  );
  const taken = items.flatMap(({ id, kind }) => (kind === 'vbd' ? [id.slice('vbd:'.length)] : []));
  const drive = devtype === 'floppy' ? 'floppy' : 'cdrom';
  return {
    devtype,
    vdev: freeVdev(drive, hvm ? 'hvm' : 'pvh', taken),
    path: '',
    readOnly: drive === 'cdrom',
  };
}
