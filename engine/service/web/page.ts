/**
 * The rules for handing out the page, shared by browser mode (HTTP) and the desktop shell (`app://`). Pure.
 */

/** URL schemes and hosts the page may open sockets to, besides its own origin. */
export interface PagePolicy {
  readonly sockets: readonly string[];
}

/**
 * Nothing but the page's own files: no inline script, no remote origin, no eval. Styles may be inline because xterm.js
 * and Reka UI make `<style>` elements of their own and take no nonce (decision 007).
 */
export function contentSecurityPolicy({ sockets }: PagePolicy): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    ['connect-src', "'self'", ...sockets].join(' '),
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "object-src 'none'",
  ].join('; ');
}

/** Headers of every answer. */
export function pageHeaders(policy: PagePolicy): Record<string, string> {
  return {
    'content-security-policy': contentSecurityPolicy(policy),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=(), usb=(), serial=(), hid=()',
  };
}

const mediaTypes: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  html: 'text/html; charset=utf-8',
  ico: 'image/x-icon',
  js: 'text/javascript; charset=utf-8',
  json: 'application/json; charset=utf-8',
  map: 'application/json; charset=utf-8',
  png: 'image/png',
  svg: 'image/svg+xml',
  ttf: 'font/ttf',
  txt: 'text/plain; charset=utf-8',
  wasm: 'application/wasm',
  webp: 'image/webp',
  woff: 'font/woff',
  woff2: 'font/woff2',
};

/** Media type by the file name's end; bytes of no known kind are never run or shown. */
export function mediaType(name: string): string {
  return mediaTypes[name.slice(name.lastIndexOf('.') + 1).toLowerCase()] ?? 'application/octet-stream';
}

const plainSegment = /^[A-Za-z0-9_@-][A-Za-z0-9._@-]*$/;

/**
 * The file a URL path means, as segments below the page's directory; `/` is index.html. Null for everything that is not
 * plainly a file of the build: `..`, hidden files, encodings, backslashes, drive letters never get near the disk.
 */
export function fileOf(urlPath: string): readonly string[] | null {
  if (urlPath === '/' || urlPath === '') return ['index.html'];
  if (!urlPath.startsWith('/') || urlPath.length > 1000) return null;
  const segments = urlPath.slice(1).split('/');
  return segments.every((segment) => plainSegment.test(segment)) ? segments : null;
}

/** Vite puts a hash of the content into these names: they never change. */
export const isImmutable = (segments: readonly string[]): boolean => segments[0] === 'assets';
