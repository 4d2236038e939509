import { computed, reactive, ref, shallowRef, watch, type ComputedRef, type Ref, type ShallowRef } from 'vue';
import type { ReadyImage } from '../../../engine/api/domain.ts';
import type { DomainDraft } from '../../../engine/api/draft.ts';
import type { ErrorData } from '../../../engine/api/error.ts';
import type { HostInfo } from '../../../engine/api/host.ts';
import { toErrorData } from '../../client/error.ts';
import { engineClient } from '../../client/session.ts';
import { useDomainStore } from '../../store/domain.store.ts';
import { useHostStore } from '../../store/host.store.ts';
import { readField } from '../config/cfg-fields.ts';
import { type Copies, createLine } from './create-line.ts';
import {
  checkForm,
  copiesOf,
  errorPath,
  firstNumber,
  toDraft,
  type DraftErrors,
  type DraftForm,
} from './draft-form.ts';
import { makeDomains } from './make-domains.ts';
import { firstWrong } from './steps.ts';
import { emptyForm, suggestedCmdline, suggestedMemoryMiB, suggestedName, suggestedType } from './suggest.ts';
import { followDrives } from './use-drives.ts';
import { type Medium, useMedium } from './use-medium.ts';

export interface DraftState {
  readonly host: HostInfo;
  /** The host as it is now: how much of it is free. */
  readonly room: ComputedRef<HostInfo>;
  readonly form: DraftForm;
  readonly images: Readonly<ShallowRef<readonly ReadyImage[]>>;
  readonly medium: Medium;
  /** null while something is wrong, and for an xl.cfg file. */
  readonly draft: ComputedRef<DomainDraft | null>;
  readonly copies: ComputedRef<Copies>;
  /** What to show at the fields: only those the person has dealt with, or all after a try. */
  readonly errors: ComputedRef<DraftErrors>;
  /** A refusal that belongs to no field. */
  readonly refusal: Readonly<ShallowRef<ErrorData | null>>;
  readonly busy: Readonly<Ref<boolean>>;
  /** The line that does the same; null when the domain is only defined. */
  readonly command: ComputedRef<string | null>;
  touch(path: string): void;
  isTouched(path: string): boolean;
  /** Creates it; ids of the new domains, or null when it was refused. */
  submit(): Promise<readonly string[] | null>;
}

const mediumOf = ({ kind, disk, iso, kernel }: DraftForm): string =>
  kind === 'disk' ? disk : kind === 'iso' ? iso : kind === 'kernel' ? kernel : '';

/** Suggestions hold until the person types something else. */
function followSuggestions(
  {
    host,
    form,
    images,
    medium,
    isTouched,
  }: Pick<DraftState, 'host' | 'form' | 'images' | 'medium' | 'isTouched'>,
  taken: ComputedRef<ReadonlySet<string>>,
  busy: Ref<boolean>,
): void {
  watch(
    () => [
      ...[form.kind, form.type, form.disk, form.iso, form.image, form.copies],
      ...[images.value, taken.value, medium.info.value],
    ],
    () => {
      if (busy.value) return;
      if (!isTouched('name')) form.name = suggestedName(form, taken.value, copiesOf(form) ?? 1);
      if (!isTouched('memoryMiB'))
        form.memoryMiB = String(suggestedMemoryMiB(form, images.value, medium.info.value, host.kind));
      if (!isTouched('type')) form.type = suggestedType(form.kind, host.kind);
      if (!isTouched('source.cmdline')) form.cmdline = suggestedCmdline(form.type, host.kind);
    },
    { immediate: true },
  );
}

function readyImages(form: DraftForm, host: HostInfo, refusal: ShallowRef<ErrorData | null>) {
  const images = shallowRef<readonly ReadyImage[]>([]);
  engineClient()
    .image.list({ host: host.id })
    .then((list) => {
      images.value = list;
      form.image = list[0]?.id ?? '';
      if (list.length === 0 && form.kind === 'image') form.kind = 'kernel';
    })
    .catch((error: unknown) => (refusal.value = toErrorData(error)));
  return images;
}

/** The New domain form: suggestions until the person types, checks as they type, and what the engine says to it. */
export function useDraft(host: HostInfo): DraftState {
  const form = reactive(emptyForm(host));
  const touched = reactive(new Set<string>());
  const tried = ref(false);
  const busy = ref(false);
  const refusal = shallowRef<ErrorData | null>(null);
  /** What the engine had against a field, for as long as the form is as it was then. */
  const refused = shallowRef<{ path: string; message: string; form: string } | null>(null);
  const images = readyImages(form, host, refusal);
  const medium = useMedium(host.id, () => mediumOf(form));
  const isTouched = (path: string): boolean => touched.has(path);

  // The domains being made are not "taken" by themselves while the dialog waits for their start.
  const names = () =>
    new Set(
      useDomainStore()
        .ofHost(host.id)
        .map(({ name }) => name),
    );
  const before = shallowRef(names());
  const taken = computed<ReadonlySet<string>>(() => (busy.value ? before.value : names()));
  const room = computed(() => useHostStore().get(host.id) ?? host);
  const checked = computed(() => checkForm(form, taken.value, room.value));
  const stamp = computed(() => JSON.stringify(toDraft(form)));

  followSuggestions({ host, form, images, medium, isTouched }, taken, busy);
  followDrives(form, isTouched);

  const errors = computed<DraftErrors>(() => {
    if (form.kind === 'config')
      return tried.value && form.config.trim() === ''
        ? { config: 'Choose a file, drop it here, or paste it.' }
        : {};
    const shown = Object.entries(checked.value.errors).filter(
      ([path]) => tried.value || touched.has(path) || (path === 'memoryMiB' && touched.has('copies')),
    );
    const own = refused.value;
    return {
      ...(own && own.form === stamp.value ? { [own.path]: own.message } : {}),
      ...Object.fromEntries(shown),
    };
  });
  const copies = computed<Copies>(() => {
    const count = copiesOf(form) ?? 1;
    return { count, first: firstNumber(form.name.trim(), count, taken.value) };
  });
  const command = computed(() => {
    const own = form.kind === 'config' ? readField(form.config, 'name') : null;
    const name = own && 'value' in own ? own.value : form.name.trim();
    return createLine(name, form.kind === 'config' ? { count: 1, first: 1 } : copies.value, form.after);
  });

  function refuse(thrown: unknown): void {
    const data = toErrorData(thrown);
    const path = data.field === undefined || form.kind === 'config' ? null : errorPath(data.field);
    const message = [data.message, data.fix].filter(Boolean).join(' ');
    // What no step shows is said above them all.
    if (path === null || firstWrong({ [path]: message }) === null) refusal.value = data;
    else refused.value = { path, message, form: stamp.value };
  }

  async function submit(): Promise<readonly string[] | null> {
    tried.value = true;
    const { draft } = checked.value;
    if (busy.value || (form.kind === 'config' ? form.config.trim() === '' : !draft)) return null;
    before.value = names();
    const request = { copies: copies.value, after: form.after };
    busy.value = true;
    refusal.value = null;
    try {
      return await makeDomains(host.id, form.kind === 'config' ? form.config : draft, request);
    } catch (thrown) {
      refuse(thrown);
      return null;
    } finally {
      busy.value = false;
    }
  }

  return {
    ...{ host, room, form, images, medium, errors, refusal, busy, command, copies, isTouched, submit },
    draft: computed(() => (form.kind === 'config' ? null : checked.value.draft)),
    touch: (path) => void touched.add(path),
  };
}
