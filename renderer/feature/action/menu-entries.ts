import type { Action } from '../../action/action.ts';
import { boundTo, runAction } from '../../action/use-actions.ts';
import type { Selection } from '../../store/selection.store.ts';
import type { MenuEntries } from '../../ui/menu.ts';

/** Rows of a menu from actions on a target; a null stays a separator. */
export function menuEntries(actions: readonly (Action | null)[], target: Selection | null): MenuEntries {
  return actions.map((action) => {
    if (!action) return null;
    const { state } = boundTo(action, target);
    return {
      id: action.id,
      title: action.confirm ? `${action.title}…` : action.title,
      icon: action.icon,
      keys: action.shortcut,
      destructive: action.destructive,
      why: state === true ? undefined : state.why,
      run: () => void runAction(action, target),
    };
  });
}
