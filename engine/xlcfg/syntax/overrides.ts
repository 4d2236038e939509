/**
 * The text `xl create FILE KEY=VALUE…` reads: each word becomes a line of its own behind the file, so it wins; line
 * numbers in messages count on.
 */
export function withOverrides(text: string, words: readonly string[]): string {
  return words.length === 0 ? text : `${text}\n${words.map((word) => `${word}\n`).join('')}`;
}
