import { ORPCError } from '@orpc/client';
import { describe, expect, it } from 'vitest';
import { DomusError } from '../../../../engine/api/error.ts';
import { toErrorData } from '../../../../renderer/client/error.ts';

const abort = (): Error => Object.assign(new Error('aborted'), { name: 'AbortError' });

describe('what a thrown value is shown as', () => {
  it.each([
    [
      'an error of the contract',
      new DomusError('ERROR_NOMEM', 'Too large.', { fix: 'Less.' }),
      'ERROR_NOMEM',
    ],
    [
      'the same over the wire',
      new ORPCError('DOMUS', { defined: true, status: 400, data: { code: 'ERROR_INVAL', message: 'No.' } }),
      'ERROR_INVAL',
    ],
    [
      'a call that was not well formed',
      new ORPCError('BAD_REQUEST', { message: 'Bad input' }),
      'BAD_REQUEST',
    ],
    ['a fault in the engine', new ORPCError('INTERNAL_SERVER_ERROR'), 'ERROR_FAIL'],
    ['a line that closed under the call', abort(), 'ENGINE_LOST'],
    ['a socket that is not open', new Error('Cannot send message, WebSocket is not open.'), 'ENGINE_LOST'],
    ['anything else', 'what?', 'ERROR_FAIL'],
  ])('%s', (_what, thrown, code) => {
    const data = toErrorData(thrown);
    expect(data.code).toBe(code);
    expect(data.message.length).toBeGreaterThan(0);
  });
});
