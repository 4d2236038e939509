import { defineAsyncComponent, type Component } from 'vue';
import type { DialogRequest } from '../../store/dialog.store.ts';

/** Dialogs that come when they are first wanted. Each takes its request and, where it is about one, its host. */
export const lazyDialogs: Partial<Record<DialogRequest['kind'], Component>> = {
  shortcuts: defineAsyncComponent(() => import('./ShortcutsDialog.vue')),
  glossary: defineAsyncComponent(() => import('../glossary/GlossaryDialog.vue')),
  'config-import': defineAsyncComponent(() => import('../config/ImportDialog.vue')),
  'boot-menu': defineAsyncComponent(() => import('../boot/BootMenuDialog.vue')),
  'host-add': defineAsyncComponent(() => import('../hosts/AddHostDialog.vue')),
  'host-edit': defineAsyncComponent(() => import('../hosts/EditHostDialog.vue')),
  'host-doctor': defineAsyncComponent(() => import('../hosts/DoctorDialog.vue')),
  'host-prompt': defineAsyncComponent(() => import('../hosts/PromptDialog.vue')),
  'domain-remove': defineAsyncComponent(() => import('../domain/RemoveDialog.vue')),
  save: defineAsyncComponent(() => import('../saves/SaveDialog.vue')),
  restore: defineAsyncComponent(() => import('../saves/RestoreDialog.vue')),
  pin: defineAsyncComponent(() => import('../scheduler/PinDialog.vue')),
  'move-pool': defineAsyncComponent(() => import('../scheduler/MovePoolDialog.vue')),
  'pool-create': defineAsyncComponent(() => import('../scheduler/PoolCreateDialog.vue')),
  'pool-rename': defineAsyncComponent(() => import('../scheduler/PoolRenameDialog.vue')),
  'pool-cpus': defineAsyncComponent(() => import('../scheduler/PoolCpusDialog.vue')),
};
