import type { LabId, LabInfo, LabState } from '../../../engine/api/lab.ts';
import type { Task } from '../../../engine/api/task.ts';
import type { StateLook } from '../../ui/domain-state.ts';

export const labNames: Record<LabId, string> = { lab1: 'Lab 1', lab2: 'Lab 2' };
/** What the other one calls it on the wire between them. */
export const wireNames: Record<LabId, string> = { lab1: 'lab1, 10.99.0.11', lab2: 'lab2, 10.99.0.12' };

export const labLooks: Record<LabState, StateLook> = {
  absent: { label: 'Not made yet', shape: 'ring', token: '--off' },
  off: { label: 'Off', shape: 'ring', token: '--off' },
  starting: { label: 'Starting…', shape: 'busy', token: '--info' },
  running: { label: 'Running', shape: 'disc', token: '--running' },
  stopping: { label: 'Stopping…', shape: 'busy', token: '--info' },
};

export type LabCommand = 'start' | 'stop' | 'pull' | 'reset' | 'remove';

/** Why a command cannot be given to a lab as it is; null when it can. */
export function whyNotLab(command: LabCommand, { id, state }: LabInfo, run: string | null): string | null {
  const name = labNames[id];
  if (command === 'start') {
    if (run !== null) return run;
    return state === 'absent' || state === 'off' ? null : `${name} is ${state}.`;
  }
  if (state === 'absent') return `${name} has not been made yet.`;
  if (command === 'stop' || command === 'pull')
    return state === 'running' || state === 'starting' ? null : `${name} is ${state}.`;
  return state === 'running' || state === 'off' ? null : `${name} is ${state}.`;
}

/** The task that works on a lab, or (null) on the image. Both are known by their titles. */
export function labTask(tasks: readonly Task[], lab: LabId | null): Task | null {
  const mine = (title: string): boolean =>
    lab === null ? / image of the Xen lab$/.test(title) : title.endsWith(` ${lab}`);
  return tasks.find(({ host, title }) => host === null && mine(title)) ?? null;
}
