import { defineStore } from 'pinia';
import { isBoolean, isNumber, isOneOf, isStringRecord, preference } from './preference.ts';

export type ConsoleView = 'graphical' | 'serial';
/** How a guest's picture is brought into the window. */
export type DisplayScale = 'fit' | 'actual' | 'pan';

export interface KeyMacro {
  readonly name: string;
  readonly keys: string;
}

export const maxMacros = 50;
const maxRemembered = 500;

const isMacros = (value: unknown): value is KeyMacro[] =>
  Array.isArray(value) &&
  value.length <= maxMacros &&
  value.every(
    (one) =>
      typeof one === 'object' &&
      one !== null &&
      typeof (one as KeyMacro).name === 'string' &&
      typeof (one as KeyMacro).keys === 'string',
  );

const isVolume = (value: unknown): value is number => isNumber(value) && value >= 0 && value <= 1;

/** How this person likes consoles; on this computer, for all windows. */
export const useConsoleStore = defineStore('console', () => {
  const views = preference<Record<string, string>>('console-views', {}, isStringRecord);
  const scale = preference<DisplayScale>('display-scale', 'fit', isOneOf('fit', 'actual', 'pan'));
  /** The keyboard the guest is set to; '' sends keys by their place. */
  const layout = preference('display-layout', '', isOneOf('', 'us', 'gb', 'de', 'fr', 'es', 'it'));
  const macros = preference<KeyMacro[]>('key-macros', [], isMacros);
  const transcript = preference('display-transcript', false, isBoolean);
  /** Of guests' sound, 0 to 1. */
  const volume = preference('sound-volume', 0.7, isVolume);

  const viewOf = (key: string): ConsoleView | null => {
    const view = views.value[key];
    return view === 'graphical' || view === 'serial' ? view : null;
  };
  function setView(key: string, view: ConsoleView): void {
    const rest = Object.entries(views.value).filter(([other]) => other !== key);
    views.value = Object.fromEntries([...rest.slice(-maxRemembered), [key, view]]);
  }

  return { scale, layout, macros, transcript, volume, viewOf, setView };
});
