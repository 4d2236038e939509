import { computed, type ComputedRef, type Ref } from 'vue';
import { useConsoleStore, type DisplayScale } from '../../store/console.store.ts';
import type { MenuEntries } from '../../ui/menu.ts';
import { comboHints, combos } from './key-combos.ts';
import { layoutIds, layoutTitle } from './keyboard-layouts.ts';

interface Wishes {
  readonly readOnly: Ref<boolean>;
  /** Why nothing can be sent or seen just now; null when it can. */
  readonly why: Ref<string | null>;
  readonly keys: (keys: string) => void;
  readonly type: () => void;
  readonly macros: () => void;
}

const scales: readonly (readonly [DisplayScale, string])[] = [
  ['fit', 'Fit the window'],
  ['actual', 'Actual size (1:1)'],
  ['pan', 'Actual size, drag to move'],
];

/** The menus of the screen's bar. */
export function useDisplayMenus(wishes: Wishes): {
  keyEntries: ComputedRef<MenuEntries>;
  viewEntries: ComputedRef<MenuEntries>;
} {
  const settings = useConsoleStore();
  const macros = { id: 'macros', title: 'Own key macros…', run: wishes.macros };
  const watching: MenuEntries = [
    {
      id: 'combos',
      title: 'Keys and texts',
      why: 'You are only watching.',
      run: () => undefined,
    },
    { id: 'take-part', title: 'Take “Watch only” off', run: () => void (wishes.readOnly.value = false) },
    null,
    macros,
  ];
  const sending = computed<MenuEntries>(() => [
    { id: 'type', title: 'Type the clipboard…', run: wishes.type },
    macros,
    ...(settings.macros.length > 0 ? [null] : []),
    ...settings.macros.map(({ name, keys }, at) => ({
      id: `macro-${at}`,
      title: name,
      keys,
      run: () => wishes.keys(keys),
    })),
    null,
    ...combos.map((keys, at) =>
      keys === null
        ? null
        : { id: `${keys}-${at}`, title: keys, keys: comboHints[keys], run: () => wishes.keys(keys) },
    ),
  ]);
  const idle = computed<MenuEntries>(() => [
    { id: 'combos', title: 'Keys and texts', why: wishes.why.value ?? '', run: () => undefined },
    null,
    macros,
  ]);
  const keyEntries = computed<MenuEntries>(() => {
    if (wishes.why.value !== null) return idle.value;
    return wishes.readOnly.value ? watching : sending.value;
  });
  const viewEntries = computed<MenuEntries>(() => [
    ...scales.map(([id, title]) => ({
      id,
      title,
      checked: settings.scale === id,
      run: () => void (settings.scale = id),
    })),
    null,
    {
      id: 'read-only',
      title: 'Watch only',
      checked: wishes.readOnly.value,
      run: () => void (wishes.readOnly.value = !wishes.readOnly.value),
    },
    {
      id: 'transcript',
      title: 'Text of the screen',
      checked: settings.transcript,
      run: () => void (settings.transcript = !settings.transcript),
    },
    null,
    {
      id: 'layout-place',
      title: 'Keys by their place, as on a real PC',
      checked: settings.layout === '',
      run: () => void (settings.layout = ''),
    },
    ...layoutIds.map((id) => ({
      id: `layout-${id}`,
      title: `The guest has ${layoutTitle(id)}`,
      checked: settings.layout === id,
      run: () => void (settings.layout = id),
    })),
  ]);
  return { keyEntries, viewEntries };
}
