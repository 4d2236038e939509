import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { quoteAll, scriptWords } from '../../../../engine/host/xen/shell/quote.ts';

const word = fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\0', ''));

it('every word arrives at a shell as it is', () => {
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 5 }), (words) => {
      const line = `exec ${quoteAll(scriptWords({ script: 'printf "%s\\\\0" "$@"', args: words }))}`;
      const heard = execFileSync('/bin/sh', ['-c', line]);
      expect(heard.toString('utf8')).toBe(
        words.map((each) => `${Buffer.from(each).toString('utf8')}\0`).join(''),
      );
    }),
    { numRuns: 60 },
  );
});

it('refuses what no shell could pass on', () => {
  expect(() => quoteAll(['a\0b'])).toThrow(RangeError);
  expect(() => scriptWords({ script: 'a\nb' })).toThrow(RangeError);
});
