/** Entry of a machine's worker thread. */
import { runGuestWorker } from '../guest/v86/worker.ts';

await runGuestWorker();
