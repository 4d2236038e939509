import { computed, shallowReactive, shallowRef, watch, type ComputedRef, type ShallowRef } from 'vue';
import type { Thumbnail } from '../../../engine/api/contract-display.ts';
import type { ErrorData } from '../../../engine/api/error.ts';
import { engineClient } from '../../client/session.ts';
import { usePoll } from '../live/use-poll.ts';

/** Most pictures asked for at once; the engine makes no more in one call. */
const maxAsked = 200;

export interface Picture {
  readonly seq: number;
  readonly width: number;
  readonly height: number;
  /** `data:` address; '' when the screen shows nothing. */
  readonly src: string;
}

/** Pictures of the domains that can be seen just now, about once a second; only what changed travels. */
export function useWall(
  host: () => string,
  width: () => number,
): {
  readonly pictures: ReadonlyMap<string, Picture>;
  readonly error: Readonly<ShallowRef<ErrorData | null>>;
  readonly loaded: ComputedRef<boolean>;
  /** The domains whose tiles are in view. */
  readonly visible: ShallowRef<ReadonlySet<string>>;
} {
  const pictures = shallowReactive(new Map<string, Picture>());
  const visible = shallowRef<ReadonlySet<string>>(new Set());

  function take(thumbnail: Thumbnail): void {
    const { domain, seq, width: wide, height, png } = thumbnail;
    if (png !== null) {
      pictures.set(domain, { seq, width: wide, height, src: `data:image/png;base64,${png}` });
    } else if (wide === 0) {
      pictures.set(domain, { seq, width: 0, height: 0, src: '' });
    }
  }

  const poll = usePoll({
    about: () => `${host()} ${width()}`,
    load: async (signal) => {
      const domains = [...visible.value].slice(0, maxAsked);
      if (domains.length === 0) return 0;
      const known = Object.fromEntries(
        domains.flatMap((domain) => {
          const picture = pictures.get(domain);
          return picture ? [[domain, picture.seq]] : [];
        }),
      );
      const request = { host: host(), width: width(), domains, known };
      const answer = await engineClient().display.thumbnails(request, { signal });
      answer.forEach(take);
      return answer.length;
    },
    everyMs: 1000,
  });
  watch(width, () => pictures.clear(), { flush: 'sync' });
  watch(visible, (now, before) => {
    if ([...now].some((domain) => !before.has(domain))) void poll.refresh();
  });
  return { pictures, error: poll.error, loaded: computed(() => poll.value.value !== null), visible };
}
