import { implement } from '@orpc/server';
import { DomusError, type LabId, labContract } from '../api/index.ts';
import type { LabTools } from '../host/lab.ts';
import type { Operation } from '../host/host.ts';
import type { Calls } from './calls.ts';

/** The calls of the Xen lab. `labs`: null in an engine without any (ERROR_NI). */
export function createLabRouter(calls: Calls, labs: LabTools | null) {
  const os = implement(labContract);
  const tools = (): LabTools => {
    if (labs) return labs;
    throw new DomusError('ERROR_NI', 'This engine has no Xen lab.');
  };
  const task = (title: string, signal: AbortSignal | undefined, work: (op: Operation) => Promise<void>) =>
    calls.asTask({ title, host: null }, signal, work);
  const onLab =
    <I extends { lab: LabId }>(
      verb: string,
      work: (labs: LabTools, input: I, op: Operation) => Promise<void>,
    ) =>
    ({ input, signal }: { input: I; signal?: AbortSignal | undefined }) =>
      task(`${verb} ${input.lab}`, signal, (op) => work(tools(), input, op));

  return {
    lab: {
      status: os.lab.status.handler(() => tools().status()),
      build: os.lab.build.handler(({ signal }) =>
        task('Build the image of the Xen lab', signal, (op) => tools().build(op)),
      ),
      import: os.lab.import.handler(({ input, signal }) =>
        task('Import an image of the Xen lab', signal, (op) => tools().import(input.path, op)),
      ),
      export: os.lab.export.handler(({ input, signal }) =>
        task('Export the image of the Xen lab', signal, (op) => tools().export(input.path, op)),
      ),
      start: os.lab.start.handler(onLab('Start', (labs, { lab }, op) => labs.start(lab, op))),
      stop: os.lab.stop.handler(
        onLab('Stop', (labs, { lab, force }: { lab: LabId; force: boolean }, op) =>
          labs.stop(lab, { force }, op),
        ),
      ),
      reset: os.lab.reset.handler(onLab('Reset', (labs, { lab }, op) => labs.reset(lab, op))),
      remove: os.lab.remove.handler(onLab('Remove', (labs, { lab }, op) => labs.remove(lab, op))),
      forgetImage: os.lab.forgetImage.handler(({ signal }) =>
        task('Delete the image of the Xen lab', signal, (op) => tools().forgetImage(op)),
      ),
    },
  };
}
