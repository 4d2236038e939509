import { onBeforeUnmount, onMounted } from 'vue';
import { domainCreate } from '../../action/domain-create.action.ts';
import { allActions } from '../../action/registry.ts';
import { isShortcut, typesText } from '../../action/shortcut.ts';
import { runAction } from '../../action/use-actions.ts';
import { useDialogStore } from '../../store/dialog.store.ts';

const withShortcut = allActions.filter((action) => action.shortcut !== undefined);

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || target.matches('input, textarea, select');
}

/** The guest's keyboard belongs to the guest; only the palette can be called from inside a console. */
function inConsole(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('.xterm, [data-testid="display-screen"]') !== null;
}

/** Runs actions by their shortcuts, everywhere but in dialogs and while typing. */
export function useShortcuts(): void {
  const dialogs = useDialogStore();

  function onKeydown(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.isComposing || dialogs.open || dialogs.question) return;
    const action = withShortcut.find(({ shortcut }) => isShortcut(shortcut ?? '', event));
    if (!action?.shortcut) return;
    if (typesText(action.shortcut) && isTyping(event.target)) return;
    if (inConsole(event.target) && !action.shortcut.startsWith('Ctrl+') && action !== domainCreate) return;
    event.preventDefault();
    void runAction(action);
  }

  onMounted(() => window.addEventListener('keydown', onKeydown));
  onBeforeUnmount(() => window.removeEventListener('keydown', onKeydown));
}
