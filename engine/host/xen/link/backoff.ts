/** Pauses between tries: 1, 2, 4 … 60 s, each up to a fifth longer, so that many hosts do not come back at one instant. */
export function pauseMs(attempt: number, random: () => number = Math.random): number {
  const base = Math.min(60_000, 1000 * 2 ** Math.min(attempt, 6));
  return Math.round(base * (1 + 0.2 * random()));
}
