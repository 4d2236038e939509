import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  contentSecurityPolicy,
  fileOf,
  isImmutable,
  mediaType,
  pageHeaders,
} from '../../../engine/service/web/page.ts';

describe('content policy', () => {
  const directives = new Map(
    contentSecurityPolicy({ sockets: ['ws://127.0.0.1:1'] })
      .split('; ')
      .map((directive) => [directive.split(' ')[0], directive.split(' ').slice(1).join(' ')]),
  );

  it.each([
    ['default-src', "'none'"],
    ['script-src', "'self'"],
    ['connect-src', "'self' ws://127.0.0.1:1"],
    ['img-src', "'self' data:"],
    ['frame-ancestors', "'none'"],
    ['base-uri', "'none'"],
    ['form-action', "'none'"],
    ['object-src', "'none'"],
  ])('%s is %s', (directive, value) => {
    expect(directives.get(directive)).toBe(value);
  });

  it('never allows eval or another origin', () => {
    const policy = contentSecurityPolicy({ sockets: [] });
    expect(policy).not.toMatch(/unsafe-eval|https?:|\*/);
  });
});

describe('headers', () => {
  it('keep the page to itself', () => {
    expect(pageHeaders({ sockets: [] })).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    });
  });

  it.each([
    ['index.html', 'text/html; charset=utf-8'],
    ['a.b.JS', 'text/javascript; charset=utf-8'],
    ['inter.woff2', 'font/woff2'],
    ['unknown.exe', 'application/octet-stream'],
    ['noextension', 'application/octet-stream'],
  ])('say that %s is %s', (name, type) => {
    expect(mediaType(name)).toBe(type);
  });
});

describe('fileOf', () => {
  it.each([
    ['/', ['index.html']],
    ['/domus.svg', ['domus.svg']],
    ['/assets/index-Bx_1.js', ['assets', 'index-Bx_1.js']],
  ])('%s is a file of the page', (path, segments) => {
    expect(fileOf(path)).toEqual(segments);
  });

  it.each([
    '/../secret',
    '/assets/../../secret',
    '/%2e%2e/secret',
    '/..%2fsecret',
    '/assets//x.js',
    '/.hidden',
    '/assets/.git/config',
    '/C:/windows',
    '/a\\b',
    '/a\0b',
    'http://elsewhere/x',
    '*',
    `/${'a'.repeat(2000)}`,
  ])('%j is none', (path) => {
    expect(fileOf(path)).toBeNull();
  });

  it('never climbs, whatever is asked for', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        for (const segment of fileOf(`/${text}`) ?? []) {
          expect(segment.startsWith('.')).toBe(false);
          expect(segment).not.toMatch(/[/\\%\0]/);
        }
      }),
    );
  });

  it('only hashed files may be cached', () => {
    expect(isImmutable(['assets', 'x.js'])).toBe(true);
    expect(isImmutable(['index.html'])).toBe(false);
  });
});
