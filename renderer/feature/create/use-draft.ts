import { computed, reactive, ref, shallowRef, watch, type ComputedRef, type Ref, type ShallowRef } from 'vue';
import type { ReadyImage } from '../../../engine/api/domain.ts';
import type { DomainDraft } from '../../../engine/api/draft.ts';
import type { ErrorData } from '../../../engine/api/error.ts';
import type { HostInfo } from '../../../engine/api/host.ts';
import { shellLine } from '../../action/xl.ts';
import { toErrorData } from '../../client/error.ts';
import { engineClient } from '../../client/session.ts';
import { useDomainStore } from '../../store/domain.store.ts';
import {
  checkForm,
  fieldOfPath,
  suggestedMemoryMiB,
  suggestedName,
  type DraftErrors,
  type DraftField,
  type DraftForm,
} from './draft-form.ts';

export interface DraftState {
  readonly form: DraftForm;
  readonly images: Readonly<ShallowRef<readonly ReadyImage[]>>;
  /** null while something is wrong. */
  readonly draft: ComputedRef<DomainDraft | null>;
  /** What to show at the fields: only those the person has dealt with, or all after a try. */
  readonly errors: ComputedRef<DraftErrors>;
  /** A refusal that belongs to no field. */
  readonly refusal: Readonly<ShallowRef<ErrorData | null>>;
  readonly busy: Readonly<Ref<boolean>>;
  /** The line that does the same; null when the domain is only defined. */
  readonly command: ComputedRef<string | null>;
  touch(field: DraftField): void;
  /** Creates the domain; its id, or null when it was refused. */
  submit(): Promise<string | null>;
}

function emptyForm(host: HostInfo): DraftForm {
  const bridge = host.bridges.includes('xenbr0') ? 'xenbr0' : (host.bridges[0] ?? '');
  return {
    kind: 'image',
    name: '',
    memoryMiB: '',
    bridge,
    image: '',
    kernel: '',
    ramdisk: '',
    cmdline: 'console=ttyS0',
    disk: '',
    iso: '',
    after: 'run',
  };
}

/** The New domain form: suggestions until the person types, checks as they type, and what the engine says to it. */
export function useDraft(host: HostInfo): DraftState {
  const domains = useDomainStore();
  const form = reactive(emptyForm(host));
  const images = shallowRef<readonly ReadyImage[]>([]);
  const touched = reactive(new Set<DraftField>());
  const tried = ref(false);
  const busy = ref(false);
  const refusal = shallowRef<ErrorData | null>(null);
  const refusedField = shallowRef<{ field: DraftField; value: string; message: string } | null>(null);
  let created = '';

  // The domain being made is not "taken" by itself while the dialog waits for its start.
  const taken = computed(
    () =>
      new Set(
        domains
          .ofHost(host.id)
          .map(({ name }) => name)
          .filter((name) => name !== created),
      ),
  );
  const checked = computed(() => checkForm(form, taken.value, host.kind));

  watch(
    () => [form.kind, form.disk, form.iso, form.image, images.value, taken.value] as const,
    () => {
      if (busy.value) return;
      if (!touched.has('name')) form.name = suggestedName(form, taken.value);
      if (!touched.has('memoryMiB')) form.memoryMiB = String(suggestedMemoryMiB(form, images.value));
    },
    { immediate: true },
  );

  engineClient()
    .image.list({ host: host.id })
    .then((list) => {
      images.value = list;
      form.image = list[0]?.id ?? '';
      if (list.length === 0 && form.kind === 'image') form.kind = 'kernel';
    })
    .catch((error: unknown) => (refusal.value = toErrorData(error)));

  const errors = computed<DraftErrors>(() => {
    const shown: DraftErrors = {};
    for (const [field, message] of Object.entries(checked.value.errors) as [DraftField, string][])
      if (tried.value || touched.has(field)) shown[field] = message;
    const refused = refusedField.value;
    if (refused && form[refused.field] === refused.value) shown[refused.field] ??= refused.message;
    return shown;
  });

  const command = computed(() => {
    const path = `/etc/xen/${form.name.trim() || 'NAME'}.cfg`;
    if (form.after === 'off') return null;
    return form.after === 'paused' ? shellLine('xl', 'create', '-p', path) : shellLine('xl', 'create', path);
  });

  function refuse(thrown: unknown): void {
    const data = toErrorData(thrown);
    const field = data.field ? fieldOfPath(data.field) : null;
    if (!field) {
      refusal.value = data;
      return;
    }
    const message = [data.message, data.fix].filter(Boolean).join(' ');
    refusedField.value = { field, value: form[field], message };
  }

  async function submit(): Promise<string | null> {
    tried.value = true;
    const { draft } = checked.value;
    if (!draft || busy.value) return null;
    busy.value = true;
    refusal.value = null;
    created = draft.name;
    try {
      const { domain } = await engineClient().domain.create({
        host: host.id,
        draft,
        start: form.after !== 'off',
        paused: form.after === 'paused',
        ...(command.value === null ? {} : { command: command.value }),
      });
      return domain;
    } catch (thrown) {
      created = '';
      refuse(thrown);
      return null;
    } finally {
      busy.value = false;
    }
  }

  return {
    form,
    images,
    draft: computed(() => checked.value.draft),
    errors,
    refusal,
    busy,
    command,
    touch: (field) => void touched.add(field),
    submit,
  };
}
