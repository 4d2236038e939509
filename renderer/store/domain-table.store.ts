import { defineStore } from 'pinia';
import { ref, shallowRef } from 'vue';

/** How the table of domains is looked at. It outlives the page, and the export commands go by it. */
export const useDomainTableStore = defineStore('domain-table', () => {
  const filter = ref('');
  const sorting = shallowRef<{ column: string; descending: boolean }>({ column: 'name', descending: false });
  /** The chosen rows by `HOST/ID`. */
  const chosen = shallowRef<ReadonlySet<string>>(new Set());
  return { filter, sorting, chosen };
});
