/** `web-2026-11-20-14.03.05.png`: sorts by time, legal on every file system. */
export function screenshotName(domain: string, at: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  const time = [at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join('.');
  return `${domain.replaceAll(/[^A-Za-z0-9._-]/g, '_')}-${day}-${time}.png`;
}
