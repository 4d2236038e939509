/** Pixels of 16 bits (red 5, green 6, blue 5, low byte first) as pictures have them: in memory R, G, B, 255. */
export function pixel16(bytes: Uint8Array, at: number): number {
  const value = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
  const [red, green, blue] = [value >> 11, (value >> 5) & 63, value & 31];
  const wide =
    (red << 3) | (red >> 2) | (((green << 2) | (green >> 4)) << 8) | (((blue << 3) | (blue >> 2)) << 16);
  return (wide | 0xff000000) >>> 0;
}
