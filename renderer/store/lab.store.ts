import { defineStore } from 'pinia';
import { shallowRef } from 'vue';
import type { LabsInfo } from '../../engine/api/lab.ts';

/** The Xen lab, as the engine last said; null in an engine without one. */
export const useLabStore = defineStore('lab', () => {
  const info = shallowRef<LabsInfo | null>(null);
  const put = (value: LabsInfo): void => void (info.value = value);
  const remove = (): void => void (info.value = null);
  return { info, put, remove };
});
