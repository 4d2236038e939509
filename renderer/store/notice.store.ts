import { defineStore } from 'pinia';
import { computed, shallowRef } from 'vue';
import type { ErrorData } from '../../engine/api/error.ts';

export interface Notice {
  readonly id: number;
  readonly at: number;
  readonly kind: 'info' | 'success' | 'warning' | 'error';
  readonly title: string;
  readonly detail?: string;
  readonly error?: ErrorData;
  readonly action?: { readonly title: string; readonly run: () => void };
  readonly read: boolean;
  /** Still on the screen as a toast. */
  readonly shown: boolean;
}
export type NewNotice = Omit<Notice, 'id' | 'at' | 'read' | 'shown'>;

const maxNotices = 50;

/** What the person was told: toasts while they are fresh, the bell's list afterwards. */
export const useNoticeStore = defineStore('notice', () => {
  const list = shallowRef<readonly Notice[]>([]);
  let lastId = 0;

  const toasts = computed(() => list.value.filter((notice) => notice.shown).slice(0, 4));
  const unread = computed(() => list.value.filter((notice) => !notice.read).length);

  function add(notice: NewNotice): number {
    lastId += 1;
    // What was a success needs no second look; the rest waits in the list until it was seen.
    const read = notice.kind === 'success';
    list.value = [{ ...notice, id: lastId, at: Date.now(), read, shown: true }, ...list.value].slice(
      0,
      maxNotices,
    );
    return lastId;
  }
  function change(match: (notice: Notice) => boolean, patch: Partial<Notice>): void {
    list.value = list.value.map((notice) => (match(notice) ? { ...notice, ...patch } : notice));
  }
  const hide = (id: number): void => change((notice) => notice.id === id, { shown: false });
  const markRead = (): void => change((notice) => !notice.read, { read: true });
  const clear = (): void => void (list.value = []);

  return { list, toasts, unread, add, hide, markRead, clear };
});
