/** Width and height of a sparkline in px. */
export const sparkline = { width: 56, height: 16 } as const;

/**
 * SVG path of a sparkline: newest value at the right edge, one segment per unbroken run of numbers (null is a gap).
 * `capacity` is how many values fill the whole width; fewer values leave the left side empty.
 */
export function sparklinePath(values: readonly (number | null)[], max: number, capacity: number): string {
  const { width, height } = sparkline;
  const step = width / Math.max(1, capacity - 1);
  const offset = capacity - values.length;
  let path = '';
  let open = false;
  for (const [index, value] of values.entries()) {
    if (value === null) {
      open = false;
      continue;
    }
    const x = (offset + index) * step;
    const y = height - 1 - Math.min(1, Math.max(0, value / max)) * (height - 2);
    path += `${open ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`;
    open = true;
  }
  return path;
}
