import { defineStore } from 'pinia';
import { ref, shallowRef } from 'vue';

/** How the table of domains is looked at. It outlives the page, and the export commands go by it. */
export const useDomainTableStore = defineStore('domain-table', () => {
  const filter = ref('');
  const sorting = shallowRef<{ column: string; descending: boolean }>({ column: 'name', descending: false });
  /** Host and ids of the chosen rows. */
  const chosen = shallowRef<{ host: string; ids: ReadonlySet<string> }>({ host: '', ids: new Set() });
  return { filter, sorting, chosen };
});
