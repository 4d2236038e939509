import { ref } from 'vue';
import type { DraftForm } from './draft-form.ts';
import { takeDropped } from './dropped.ts';

/** Files dropped on the dialog become the source. Listeners for the element that takes them. */
export function useDrop(form: DraftForm, taken: () => void) {
  const over = ref(false);
  const problem = ref('');
  const hasFile = ({ dataTransfer }: DragEvent): boolean => dataTransfer?.types.includes('Files') ?? false;

  async function drop(event: DragEvent): Promise<void> {
    if (!hasFile(event)) return;
    event.preventDefault();
    over.value = false;
    const file = event.dataTransfer?.files[0];
    if (file) await take(file);
  }
  async function take(file: File): Promise<void> {
    problem.value = (await takeDropped(file, window.domus?.pathOf(file) ?? null, form)) ?? '';
    taken();
  }
  function dragover(event: DragEvent): void {
    if (!hasFile(event)) return;
    event.preventDefault();
    over.value = true;
  }
  return { over, problem, take, drop, dragover, dragleave: () => (over.value = false) };
}
