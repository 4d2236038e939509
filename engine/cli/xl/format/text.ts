/** printf's `%-Ns`: padded, never cut. */
export const left = (value: string | number, width: number): string => String(value).padEnd(width);
/** printf's `%Ns` and `%Nd`. */
export const right = (value: string | number, width: number): string => String(value).padStart(width);
/** printf's `%N.Pf`. */
export const fixed = (value: number, width: number, places: number): string =>
  value.toFixed(places).padStart(width);
export const hex8 = (value: number): string => (value >>> 0).toString(16).padStart(8, '0');
/** `%s` of a null pointer. */
export const nullable = (value: string | null): string => value ?? '(null)';
export const lines = (rows: readonly string[]): string => rows.map((row) => `${row}\n`).join('');
export const mebi = (kiB: number): number => Math.floor(kiB / 1024);
export const seconds = (ns: number): number => ns / 1e9;

/** A set of CPUs out of `count` as xl prints bitmaps: ranges, `none`, or `all` when every one is in it. */
export function bitmap(cpus: readonly number[], count: number): string {
  if (cpus.length === 0) return 'none';
  if (cpus.length >= count) return 'all';
  const ranges: string[] = [];
  for (let i = 0; i < cpus.length;) {
    const first = cpus[i] ?? 0;
    let last = first;
    for (i += 1; cpus[i] === last + 1; i += 1) last += 1;
    ranges.push(first === last ? `${first}` : `${first}-${last}`);
  }
  return ranges.join(',');
}
