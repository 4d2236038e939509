import { onScopeDispose, readonly, ref, type Ref } from 'vue';

/** Follows a media query, for what CSS cannot size by itself (graphs are drawn on canvases of given height). */
export function useMedia(query: string): Readonly<Ref<boolean>> {
  const media = matchMedia(query);
  const matches = ref(media.matches);
  const follow = (): void => void (matches.value = media.matches);
  media.addEventListener('change', follow);
  onScopeDispose(() => media.removeEventListener('change', follow));
  return readonly(matches);
}

/** A screen with room for taller graphs. */
export const tallScreen = '(min-height: 1150px)';
