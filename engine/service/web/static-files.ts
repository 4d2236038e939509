import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { fileOf, isImmutable, mediaType, pageHeaders, type PagePolicy } from './page.ts';

const plainText = 'text/plain; charset=utf-8';

/** Ends a request with one sentence. */
export function refuse(response: ServerResponse, status: number, sentence: string): void {
  response.writeHead(status, { 'content-type': plainText, 'x-content-type-options': 'nosniff' });
  response.end(`${sentence}\n`);
}

/** Hands out the files below `root` to GET and HEAD, nothing else. The headers carry the content policy. */
export function staticFiles(root: string, policy: PagePolicy) {
  const headers = pageHeaders(policy);
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD');
      return refuse(response, 405, 'Only GET and HEAD are answered here.');
    }
    const [path = ''] = (request.url ?? '').split('?');
    const segments = fileOf(path);
    const file = segments && (await open(join(root, ...segments)).catch(() => null));
    const found = file && (await file.stat());
    if (!segments || !file || !found?.isFile()) {
      await file?.close();
      return refuse(response, 404, 'There is no such file.');
    }
    response.writeHead(200, {
      ...headers,
      'content-type': mediaType(segments.at(-1) ?? ''),
      'content-length': found.size,
      'cache-control': isImmutable(segments) ? 'public, max-age=31536000, immutable' : 'no-store',
    });
    if (request.method === 'HEAD') {
      await file.close();
      response.end();
      return;
    }
    createReadStream('', { fd: file })
      .on('error', () => response.destroy())
      .pipe(response);
  };
}
