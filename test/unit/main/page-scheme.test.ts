import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isPageUrl, pageHandler } from '../../../main/page-scheme.ts';

describe('isPageUrl', () => {
  it.each([
    ['app://domus/', true],
    ['app://domus/index.html?x#y', true],
    ['app://other/', false],
    ['https://domus/', false],
    ['app://domus.evil.example/', false],
    ['file:///etc/passwd', false],
    ['javascript:alert(1)', false],
    ['', false],
  ])('%j → %s', (url, expected) => {
    expect(isPageUrl(url)).toBe(expected);
  });
});

describe('the app:// scheme', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'domus-page-'));
    await writeFile(join(directory, 'index.html'), '<!doctype html>');
  });
  afterAll(() => rm(directory, { recursive: true }));
  const ask = (url: string, method = 'GET') => pageHandler(directory)(new Request(url, { method }));

  it('hands out the page with its content policy', async () => {
    const response = await ask('app://domus/');
    expect(response.status).toBe(200);
    expect(await response.text()).toBe('<!doctype html>');
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  it.each([
    ['app://domus/missing.js', 'GET', 404],
    ['app://domus/%2e%2e/%2e%2e/etc/passwd', 'GET', 404],
    ['app://other/index.html', 'GET', 404],
    ['app://domus/index.html', 'POST', 405],
  ])('%s by %s is %d', async (url, method, status) => {
    expect((await ask(url, method)).status).toBe(status);
  });
});
