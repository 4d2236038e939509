import type { DomainInfo, DomainOperation } from '../../../../engine/api/domain.ts';
import type { ActionContext, AppPort } from '../../../../renderer/action/action.ts';
import { aHost } from '../samples.ts';

/** What an action did to the window. */
export interface Recorded {
  readonly calls: { call: string; input: unknown }[];
  readonly done: string[];
}

/** A window that writes down what is done to it; calls of the engine answer with `answers`. */
export function aContext(
  domain: DomainInfo | null,
  patch: { online?: boolean; operation?: DomainOperation; answers?: Record<string, unknown> } = {},
): { context: ActionContext; recorded: Recorded } {
  const recorded: Recorded = { calls: [], done: [] };
  const note = (text: string): void => void recorded.done.push(text);
  const client = new Proxy(
    {},
    {
      get: (_group, group: string) =>
        new Proxy(
          {},
          {
            get: (_procedure, procedure: string) => async (input: unknown) => {
              const call = `${group}.${procedure}`;
              recorded.calls.push({ call, input });
              const answer = patch.answers?.[call] ?? { task: 't' };
              if (answer instanceof Error) throw answer;
              return answer;
            },
          },
        ),
    },
  ) as AppPort['client'];
  const app: AppPort = {
    client,
    during: (target, operation, work) => {
      note(`${operation} ${target.name}`);
      return work;
    },
    open: (dialog) => note(`open ${dialog.kind}`),
    go: (target, tab) => note(`go ${target.host}/${target.domain ?? ''} ${tab ?? ''}`.trim()),
    showConsole: (target, view) => note(`console ${target.name} ${view}`),
    popOut: (target) => note(`pop out ${target.name}`),
    savePicture: (name, png) => note(`picture ${name} ${png}`),
    copy: async (text) => note(`copy ${text}`),
    notify: (notice) => {
      note(`notice ${notice.title}`);
      notice.action?.run();
    },
    fail: (title) => note(`fail ${title}`),
    exportDomains: async (host, format) => note(`export ${host.id} ${format}`),
    mirror: (line) => note(`mirror ${line}`),
    theme: 'system',
    activityOpen: true,
    focusFilter: () => note('filter'),
    focusNextPane: () => note('pane'),
  };
  const context: ActionContext = {
    online: patch.online ?? true,
    host: aHost(),
    domain,
    operation: patch.operation ?? null,
    app,
  };
  return { context, recorded };
}
