import { onBeforeUnmount, onMounted } from 'vue';
import { appPort } from '../../action/use-actions.ts';
import { engineClient } from '../../client/session.ts';
import { useDomainStore } from '../../store/domain.store.ts';

/** After a call that failed, in ms: the line is being mended meanwhile. */
const pauseMs = 2000;

/** Shows the screens that `xl vncviewer` and other programs ask an open window to show. */
export function useScreenWishes(): void {
  const over = new AbortController();
  const { signal } = over;
  const domains = useDomainStore();

  async function next(): Promise<void> {
    const { wish } = await engineClient().display.wishes(undefined, { signal });
    if (!wish) return;
    // A domain that was created just now is on its way to this window.
    await domains.appears(wish.host, wish.domain);
    const domain = domains.get(wish.host, wish.domain);
    if (!domain) return;
    appPort().showConsole(domain, 'graphical');
    window.focus();
  }

  async function follow(): Promise<void> {
    while (!signal.aborted) await next().catch(() => new Promise((resolve) => setTimeout(resolve, pauseMs)));
  }

  onMounted(() => void follow());
  onBeforeUnmount(() => over.abort());
}
