/** The six columns of `xl list`, in order (xl-commands §3). */
const meanings: readonly Readonly<Record<string, string>>[] = [
  { r: 'running on a CPU' },
  { b: 'blocked: waiting for something to do' },
  { p: 'paused' },
  { s: 'shut down' },
  {
    r: 'asked for a reboot',
    s: 'suspended',
    c: 'crashed',
    w: 'its watchdog fired',
    S: 'asked for a soft reset',
  },
  { d: 'dying: being torn down' },
];

/** What the letters say, as words: `-b----` → `blocked: waiting for something to do`. */
export function lettersInWords(letters: string): string {
  const words = [...letters].flatMap((letter, column) => meanings[column]?.[letter] ?? []);
  return words.length > 0 ? words.join(', ') : 'neither running nor waiting at this moment';
}
