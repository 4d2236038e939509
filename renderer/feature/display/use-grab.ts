import { onBeforeUnmount, readonly, ref, type Ref } from 'vue';
import { reportFailure } from '../../action/use-actions.ts';

/** Of Chromium: gives the page keys that are otherwise the system's, in full screen. */
interface KeyboardLock {
  lock?(): Promise<void>;
  unlock?(): void;
}

/**
 * Keyboard grab: every key goes to the guest, the window's own shortcuts too, until Ctrl and Alt of the left hand are
 * pressed and released together. What the operating system keeps for itself (Alt+Tab …) comes in full screen only.
 */
export function useKeyboardGrab(
  root: Readonly<Ref<HTMLElement | null>>,
  target: () => { focus(): void } | null,
): { on: Readonly<Ref<boolean>>; toggle(): void } {
  const on = ref(false);
  let onlyBoth = false;
  const lock = (navigator as Navigator & { keyboard?: KeyboardLock }).keyboard;

  function release(): void {
    on.value = false;
    lock?.unlock?.();
    window.removeEventListener('keydown', onDown, true);
    window.removeEventListener('keyup', onUp, true);
    root.value?.removeEventListener('focusout', onFocusOut);
  }
  function onDown(event: KeyboardEvent): void {
    if (event.ctrlKey && event.altKey && ['ControlLeft', 'AltLeft'].includes(event.code)) onlyBoth = true;
    else if (!['ControlLeft', 'AltLeft'].includes(event.code)) onlyBoth = false;
    // Keys that come from elsewhere than the screen are brought there.
    if (!root.value?.contains(event.target as Node)) target()?.focus();
  }
  function onUp(event: KeyboardEvent): void {
    if (onlyBoth && ['ControlLeft', 'AltLeft'].includes(event.code)) release();
  }
  function onFocusOut(event: FocusEvent): void {
    if (event.relatedTarget instanceof Node && !root.value?.contains(event.relatedTarget)) release();
  }
  function take(): void {
    on.value = true;
    onlyBoth = false;
    window.addEventListener('keydown', onDown, true);
    window.addEventListener('keyup', onUp, true);
    root.value?.addEventListener('focusout', onFocusOut);
    target()?.focus();
    lock?.lock?.().catch((error: unknown) => reportFailure('Some keys stay with the system', error));
  }

  onBeforeUnmount(release);
  return { on: readonly(on), toggle: () => (on.value ? release() : take()) };
}
