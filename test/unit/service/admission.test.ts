import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { admitHost, admitSocket, localNames, newToken } from '../../../engine/service/web/admission.ts';

const token = newToken();
const request = (headers: Record<string, string>) => ({ headers }) as unknown as IncomingMessage;
const good = {
  host: '127.0.0.1:7460',
  origin: 'http://127.0.0.1:7460',
  'sec-websocket-protocol': `domus.${token}`,
};

describe('admission to the loopback server', () => {
  const socket = admitSocket(7460, token);

  it.each([
    ['our own page', good],
    ['our own page by name', { ...good, host: 'localhost:7460', origin: 'http://localhost:7460' }],
    ['a program, which sends no origin', { host: good.host, 'sec-websocket-protocol': `domus.${token}` }],
    ['the token among other protocols', { ...good, 'sec-websocket-protocol': `x, domus.${token}` }],
  ])('lets %s in', (_case, headers) => {
    expect(socket(request(headers))).toBeNull();
  });

  it.each([
    ['no token', { ...good, 'sec-websocket-protocol': '' }, 401],
    ['a wrong token', { ...good, 'sec-websocket-protocol': `domus.${newToken()}` }, 401],
    ['a shortened token', { ...good, 'sec-websocket-protocol': `domus.${token.slice(0, -1)}` }, 401],
    ['another site', { ...good, origin: 'https://example.org' }, 403],
    ['another port of this computer', { ...good, origin: 'http://127.0.0.1:8000' }, 403],
    ['a sandboxed frame', { ...good, origin: 'null' }, 403],
    ['a name that was made to resolve here', { ...good, host: 'evil.example:7460' }, 403],
    ['no host at all', { 'sec-websocket-protocol': `domus.${token}` }, 403],
  ])('turns away %s', (_case, headers, status) => {
    expect(socket(request(headers as Record<string, string>))).toMatchObject({ status });
  });

  it('answers page requests to its own names only', () => {
    const page = admitHost(7460);
    expect(page(request({ host: 'localhost:7460' }))).toBeNull();
    expect(page(request({ host: 'localhost' }))).toMatchObject({ status: 403 });
    expect(localNames(80)).toContain('localhost');
  });

  it('makes tokens of 256 bits', () => {
    expect(Buffer.from(newToken(), 'base64url')).toHaveLength(32);
  });
});
