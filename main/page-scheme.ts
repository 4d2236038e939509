import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileOf, mediaType, pageHeaders } from '../engine/service/web/page.ts';

/** The page's own scheme: a proper, secure origin that nothing on the network shares. */
export const pageScheme = 'app';
export const pageOrigin = `${pageScheme}://domus`;
export const pageUrl = `${pageOrigin}/`;

/** True for addresses of the page itself. */
export function isPageUrl(url: string): boolean {
  try {
    const { protocol, host } = new URL(url);
    return protocol === `${pageScheme}:` && host === 'domus';
  } catch {
    return false;
  }
}

/** Answers requests to `app://domus/…` with the built page's files, and to nothing else. */
export function pageHandler(directory: string): (request: Request) => Promise<Response> {
  const headers = pageHeaders({ sockets: [] });
  const notFound = (): Response => new Response('There is no such file.\n', { status: 404, headers });
  return async ({ url, method }) => {
    if (method !== 'GET' && method !== 'HEAD') return new Response(null, { status: 405, headers });
    const segments = isPageUrl(url) ? fileOf(new URL(url).pathname) : null;
    const bytes = segments && (await readFile(join(directory, ...segments)).catch(() => null));
    if (!segments || !bytes) return notFound();
    const type = { 'content-type': mediaType(segments.at(-1) ?? '') };
    return new Response(method === 'HEAD' ? null : new Uint8Array(bytes), {
      headers: { ...headers, ...type },
    });
  };
}
