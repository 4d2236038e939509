import type { SchedulerView } from '../../../engine/api/dom0.ts';
import { engineClient } from '../../client/session.ts';
import { usePoll, type Poll } from '../live/use-poll.ts';

/** The scheduler of a host, once a second for as long as it is looked at. */
export function useSchedulerView(host: () => string): Poll<SchedulerView> {
  return usePoll({
    about: host,
    load: (signal) => engineClient().scheduler.view({ host: host() }, { signal }),
    everyMs: 1000,
  });
}
