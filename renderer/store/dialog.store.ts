import { defineStore } from 'pinia';
import { shallowRef } from 'vue';

/** What a person is asked before something is lost. */
export interface Confirmation {
  readonly title: string;
  /** Names what is lost, and what is not. */
  readonly text: string;
  readonly confirmLabel: string;
  /** Lists below the text, e.g. every domain that is meant. */
  readonly details?: readonly { readonly title: string; readonly items: readonly string[] }[];
  /** True when nothing is lost: the button is no warning then. */
  readonly harmless?: boolean;
  /** The `xl` line, or lines, that do the same. */
  readonly command: string | null;
}

export type DialogRequest =
  /** `dropped`: a file to start from. */
  | { readonly kind: 'create'; readonly host: string; readonly dropped?: File }
  | { readonly kind: 'host-settings'; readonly host: string }
  | { readonly kind: 'host-add' }
  | { readonly kind: 'host-edit'; readonly host: string }
  /** `added`: it was just added, and cannot be reached. */
  | { readonly kind: 'host-doctor'; readonly host: string; readonly added: boolean }
  | { readonly kind: 'host-prompt'; readonly host: string }
  | { readonly kind: 'pool-create'; readonly host: string }
  | { readonly kind: 'pool-rename'; readonly host: string; readonly pool: string }
  | {
      readonly kind: 'pool-cpus';
      readonly host: string;
      readonly pool: string;
      readonly way: 'add' | 'remove';
    }
  | { readonly kind: 'pin'; readonly host: string; readonly domain: string }
  | { readonly kind: 'boot-menu'; readonly host: string; readonly domain: string }
  | { readonly kind: 'save'; readonly host: string; readonly domain: string }
  | { readonly kind: 'restore'; readonly host: string; readonly path: string }
  | { readonly kind: 'domain-remove'; readonly host: string; readonly domain: string }
  | { readonly kind: 'move-pool'; readonly host: string; readonly domain: string }
  | { readonly kind: 'config-import'; readonly host: string }
  | { readonly kind: 'glossary'; readonly term: string | null }
  | { readonly kind: 'shortcuts' }
  | { readonly kind: 'palette' };

/** The request of one kind of dialog. */
export type DialogOf<K extends DialogRequest['kind']> = Extract<DialogRequest, { kind: K }>;

/** Which dialog is open, and the question waiting for an answer. */
export const useDialogStore = defineStore('dialog', () => {
  const open = shallowRef<DialogRequest | null>(null);
  const question = shallowRef<Confirmation | null>(null);
  let answer: ((yes: boolean) => void) | null = null;

  const show = (request: DialogRequest): void => void (open.value = request);
  const close = (): void => void (open.value = null);

  /** Resolves with the person's answer; a question that is still open is answered no. */
  function confirm(request: Confirmation): Promise<boolean> {
    answer?.(false);
    question.value = request;
    return new Promise((resolve) => (answer = resolve));
  }
  function settle(yes: boolean): void {
    question.value = null;
    answer?.(yes);
    answer = null;
  }

  return { open, question, show, close, confirm, settle };
});
