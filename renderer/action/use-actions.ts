import { computed, type ComputedRef } from 'vue';
import type { DomainInfo } from '../../engine/api/domain.ts';
import { engineClient } from '../client/session.ts';
import { toErrorData } from '../client/error.ts';
import { useConnectionStore } from '../store/connection.store.ts';
import { openConsoleWindow } from '../client/console-window.ts';
import { useConsoleStore } from '../store/console.store.ts';
import { useDialogStore } from '../store/dialog.store.ts';
import { keyOf, useDomainStore } from '../store/domain.store.ts';
import { useHostStore } from '../store/host.store.ts';
import { useLayoutStore } from '../store/layout.store.ts';
import { useNoticeStore } from '../store/notice.store.ts';
import { useSelectionStore, type Selection } from '../store/selection.store.ts';
import { useTaskStore } from '../store/task.store.ts';
import { useThemeStore } from '../store/theme.store.ts';
import { countOf } from '../ui/format.ts';
import { saveBlob } from '../ui/save-file.ts';
import { screenshotName } from '../ui/screenshot-name.ts';
import type { Action, ActionContext, AppPort, DomainAction, DomainContext } from './action.ts';
import { bind, execute, type BoundAction, type Runner } from './bound.ts';
import { bulkOf, bulkQuestion, runAll, type Bulk } from './bulk.ts';
import { actionById } from './registry.ts';

/** Says what went wrong, in a toast and in the bell's list. */
export function reportFailure(title: string, thrown: unknown): void {
  const error = toErrorData(thrown);
  if (error.code === 'ERROR_ABORTED') return;
  useNoticeStore().add({ kind: 'error', title, detail: error.message, error });
}

const focusable = '[role="tree"], [tabindex="0"], button, input, select, a[href]';

/** Parts of the frame are marked with `data-pane`, in the order they are visited. */
function focusNextPane(): void {
  const panes = [...document.querySelectorAll<HTMLElement>('[data-pane]')];
  const at = panes.findIndex((pane) => pane.contains(document.activeElement));
  const next = panes[(at + 1) % panes.length];
  next?.querySelector<HTMLElement>(`[data-pane-first], ${focusable}`)?.focus();
}

/** The window as actions see it. */
export function appPort(): AppPort {
  const theme = useThemeStore();
  const layout = useLayoutStore();
  const selection = useSelectionStore();
  const notices = useNoticeStore();
  return {
    get client() {
      return engineClient();
    },
    during: (domain, operation, work) => useDomainStore().during(keyOf(domain), operation, work),
    open: (dialog) => useDialogStore().show(dialog),
    go(target, tab) {
      const domains = useDomainStore();
      const show = (): void => {
        selection.select(target);
        if (tab) selection.tab = tab;
      };
      if (target.domain === null || domains.get(target.host, target.domain)) show();
      else void domains.appears(target.host, target.domain).then(show);
    },
    showConsole(domain, view) {
      useConsoleStore().setView(keyOf(domain), view);
      selection.select({ host: domain.host, domain: domain.id });
      selection.tab = 'console';
    },
    popOut: (domain) => openConsoleWindow(domain),
    savePicture(domain, png) {
      const bytes = Uint8Array.from(atob(png), (char) => char.charCodeAt(0));
      saveBlob(screenshotName(domain, new Date()), new Blob([bytes], { type: 'image/png' }));
    },
    async copy(text) {
      await navigator.clipboard.writeText(text);
      notices.add({ kind: 'success', title: 'Copied', detail: text });
    },
    notify: (notice) => void notices.add(notice),
    fail: reportFailure,
    mirror: (line) => useTaskStore().mirror(line),
    get theme() {
      return theme.theme;
    },
    set theme(next) {
      theme.theme = next;
    },
    get activityOpen() {
      return layout.activityOpen;
    },
    set activityOpen(open) {
      layout.activityOpen = open;
    },
    async exportDomains(host, format) {
      const { saveDomainLines } = await import('../feature/host/domain-lines.ts');
      const count = await saveDomainLines(host, format);
      notices.add({ kind: 'success', title: `Exported ${countOf(count, 'domain')}` });
    },
    focusFilter: () => document.getElementById('tree-filter')?.focus(),
    focusNextPane,
  };
}

/** What an action on `target` would be asked about now. Without a target: the selected object, else the first host. */
export function contextOf(target?: Selection | null): ActionContext {
  const domains = useDomainStore();
  const hosts = useHostStore();
  const at = target ?? useSelectionStore().current;
  const domain: DomainInfo | null = at?.domain ? domains.get(at.host, at.domain) : null;
  return {
    online: useConnectionStore().online,
    host: (at ? hosts.get(at.host) : null) ?? hosts.list[0] ?? null,
    domain,
    operation: domain ? domains.operationOf(domain) : null,
    app: appPort(),
  };
}

const runner: Runner = {
  confirm: (question) => useDialogStore().confirm(question),
  fail: reportFailure,
};

export const boundTo = (action: Action, target?: Selection | null): BoundAction =>
  bind(action, contextOf(target));

/** Runs an action on its target, asking first where it must. */
export function runAction(action: Action | string, target?: Selection | null): Promise<boolean> {
  return execute(boundTo(typeof action === 'string' ? actionById(action) : action, target), runner);
}

/** Follows whether and how an action can run on a target. */
export function useBound(action: () => Action, target: () => Selection | null): ComputedRef<BoundAction> {
  return computed(() => boundTo(action(), target()));
}

/** An action on several domains; those that are gone meanwhile are left out. */
export function bulkOn(action: DomainAction, targets: readonly Selection[]): Bulk {
  const contexts = targets.map((target) => contextOf(target));
  return bulkOf(
    action,
    contexts.filter((context): context is DomainContext => context.host !== null && context.domain !== null),
  );
}

/** Asks once, naming all, then does it. Resolves to whether it was done to all that could take it. */
export async function runBulk(bulk: Bulk): Promise<boolean> {
  if (bulk.ready.length === 0 || !(await runner.confirm(bulkQuestion(bulk)))) return false;
  return (await runAll(bulk, runner)) === bulk.ready.length;
}
