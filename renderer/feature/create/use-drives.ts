import { watch } from 'vue';
import { freeVdev, newDrive, takenVdevs } from './disk-form.ts';
import { type DraftForm, sourceVdev } from './draft-form.ts';

/** Gives every drive that was not named by the person the name that its place has in a domain of this type. */
function nameDrives(form: DraftForm, isTouched: (path: string) => boolean): void {
  const kept = form.drives.filter(({ key }) => isTouched(`vdev.${key}`));
  const taken = takenVdevs(sourceVdev(form), kept);
  for (const drive of form.drives) {
    if (kept.includes(drive)) continue;
    drive.vdev = freeVdev(drive.devtype, form.type, taken);
    taken.push(drive.vdev);
  }
}

/** A system that is installed needs a disk to be installed on; names of drives follow the type and the source. */
export function followDrives(form: DraftForm, isTouched: (path: string) => boolean): void {
  let offered: number | null = null;
  watch(
    () => form.kind,
    (kind) => {
      if (kind === 'iso' && form.drives.length === 0) {
        const drive = newDrive('disk', freeVdev('disk', form.type, []));
        offered = drive.key;
        form.drives.push(drive);
      } else if (kind !== 'iso' && form.drives.length === 1 && form.drives[0]?.key === offered) {
        form.drives.length = 0;
      }
    },
  );
  watch(
    () => [form.type, sourceVdev(form), form.drives.length],
    () => nameDrives(form, isTouched),
  );
}
