import { onBeforeUnmount, onMounted } from 'vue';
import { domainCreate } from '../../action/domain-create.action.ts';
import { boundTo } from '../../action/use-actions.ts';
import { useDialogStore } from '../../store/dialog.store.ts';
import { useHostStore } from '../../store/host.store.ts';
import { useNoticeStore } from '../../store/notice.store.ts';
import { useSelectionStore } from '../../store/selection.store.ts';

const hasFile = ({ dataTransfer }: DragEvent): boolean => dataTransfer?.types.includes('Files') ?? false;

/**
 * A file dropped anywhere in the window opens New domain with it, on the host that is shown. The browser's own answer,
 * to leave Domus and show the file, is never what was meant.
 */
export function useWindowDrop(): void {
  const dialogs = useDialogStore();
  const hosts = useHostStore();
  const selection = useSelectionStore();

  function offer(file: File): void {
    const host = selection.current?.host ?? hosts.list[0]?.id;
    if (host === undefined || dialogs.open !== null || dialogs.question !== null) return;
    const { state } = boundTo(domainCreate, { host, domain: null });
    if (state === true) return dialogs.show({ kind: 'create', host, dropped: file });
    useNoticeStore().add({ kind: 'warning', title: `Nothing is made of ${file.name}`, detail: state.why });
  }
  function drop(event: DragEvent): void {
    if (event.defaultPrevented || !hasFile(event)) return;
    event.preventDefault();
    const file = event.dataTransfer?.files[0];
    if (file) offer(file);
  }
  function dragover(event: DragEvent): void {
    if (event.defaultPrevented || !hasFile(event)) return;
    event.preventDefault();
    const busy = dialogs.open !== null || dialogs.question !== null;
    if (event.dataTransfer) event.dataTransfer.dropEffect = busy ? 'none' : 'copy';
  }

  onMounted(() => {
    window.addEventListener('dragover', dragover);
    window.addEventListener('drop', drop);
  });
  onBeforeUnmount(() => {
    window.removeEventListener('dragover', dragover);
    window.removeEventListener('drop', drop);
  });
}
