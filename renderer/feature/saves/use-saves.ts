import { watch } from 'vue';
import type { SaveInfo } from '../../../engine/api/save.ts';
import { engineClient } from '../../client/session.ts';
import { useTaskStore } from '../../store/task.store.ts';
import { type Poll, usePoll } from '../live/use-poll.ts';

export interface Saves {
  readonly directory: string;
  readonly saves: readonly SaveInfo[];
}

/** The saves of a host, looked at again whenever a task of it has ended. */
export function useSaves(host: () => string): Poll<Saves> {
  const tasks = useTaskStore();
  const poll = usePoll<Saves>({
    about: host,
    load: (signal) => engineClient().save.list({ host: host() }, { signal }),
    everyMs: 5000,
  });
  watch(
    () => tasks.running.length,
    (now, before) => {
      if (now < before) void poll.refresh();
    },
  );
  return poll;
}
