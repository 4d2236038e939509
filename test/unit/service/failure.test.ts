import { describe, expect, it } from 'vitest';
import { DomusError } from '../../../engine/api/index.ts';
import { asDomusError } from '../../../engine/service/failure.ts';

function report(reason: unknown) {
  const logged: unknown[] = [];
  const error = asDomusError(reason, { error: (fields) => logged.push(fields) }, 'Create web');
  return { error, logged };
}

describe('asDomusError', () => {
  it('passes on what was thrown on purpose', () => {
    const reason = new DomusError('ERROR_NOMEM', 'Too little memory.');
    expect(report(reason)).toEqual({ error: reason, logged: [] });
  });

  it.each([
    [
      'a full disk',
      Object.assign(new Error('x'), { code: 'ENOSPC' }),
      'Create web failed: the disk is full.',
    ],
    ['a fault', new TypeError('x'), 'Create web failed because of a fault inside Domus.'],
    ['a thrown text', 'oops', 'Create web failed because of a fault inside Domus.'],
    ['nothing', undefined, 'Create web failed because of a fault inside Domus.'],
  ])('makes a sentence of %s, and logs it', (_case, reason, message) => {
    const { error, logged } = report(reason);
    expect(error).toMatchObject({ code: 'ERROR_FAIL', message });
    expect(logged).toHaveLength(1);
  });

  it('takes an abort for what it is', () => {
    const reason = new DOMException('stop', 'AbortError');
    expect(report(reason)).toMatchObject({ error: { code: 'ERROR_ABORTED' }, logged: [] });
  });
});
