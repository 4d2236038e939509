import { defineStore } from 'pinia';
import { shallowReactive } from 'vue';

/** A configuration being edited: what it began from, and what it is now. */
export interface ConfigDraft {
  readonly base: string;
  readonly text: string;
}

/** Unsaved configurations by `HOST/ID`: they outlive the page, so that looking elsewhere loses nothing. */
export const useConfigDraftStore = defineStore('config-draft', () => {
  const byKey = shallowReactive(new Map<string, ConfigDraft>());
  const get = (key: string): ConfigDraft | null => byKey.get(key) ?? null;
  function put(key: string, draft: ConfigDraft): void {
    if (draft.base === draft.text) byKey.delete(key);
    else byKey.set(key, draft);
  }
  const drop = (key: string): void => void byKey.delete(key);
  return { get, put, drop };
});
