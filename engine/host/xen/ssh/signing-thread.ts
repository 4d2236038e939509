import { Worker } from 'node:worker_threads';
import { signHere, type Signer, type SigningAnswer } from './signing.ts';

const longestMs = 30_000;

/** Signs in a thread that lives for one signature when the key has a passphrase; the others cost next to nothing here. */
export function signerWith(workerUrl: URL): Signer {
  return async (request) => {
    if (request.key.passphrase === null) return signHere(request);
    return new Promise<SigningAnswer>((resolve) => {
      const worker = new Worker(workerUrl, { workerData: request });
      const end = (answer: SigningAnswer): void => {
        clearTimeout(timer);
        resolve(answer);
        void worker.terminate();
      };
      const fail = (detail: string): void => end({ ok: false, why: 'unusable', detail });
      const timer = setTimeout(() => fail('it took too long'), longestMs);
      worker.once('message', (answer: SigningAnswer) => end(answer));
      worker.once('error', (error) => fail(error.message));
      worker.once('exit', () => fail('its thread ended'));
    });
  };
}

/** For tests and tools that may wait. */
export const signInPlace: Signer = async (request) => signHere(request);
