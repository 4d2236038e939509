import { readonly, ref } from 'vue';

const now = ref(Date.now());
setInterval(() => (now.value = Date.now()), 1000);

/** Epoch ms, moving once a second: for durations, countdowns and the right edge of graphs. */
export const useNow = () => readonly(now);
