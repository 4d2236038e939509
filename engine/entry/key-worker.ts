/** Entry of the thread that unlocks one private key, signs with it, and ends. */
import { parentPort, workerData } from 'node:worker_threads';
import { signHere, type SigningRequest } from '../host/xen/ssh/signing.ts';

parentPort?.postMessage(signHere(workerData as SigningRequest));
