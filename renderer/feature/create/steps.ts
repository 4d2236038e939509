import { CircleCheckBig, Cpu, HardDrive, Network, PackageOpen } from '@lucide/vue';
import type { Component } from 'vue';
import { countOf } from '../../ui/format.ts';
import { copiesOf, type DraftErrors, type DraftForm } from './draft-form.ts';

export type StepId = 'source' | 'resources' | 'disks' | 'network' | 'finish';

export interface Step {
  readonly id: StepId;
  readonly title: string;
  readonly icon: Component;
  /** What is set there, in a few words. */
  summary(form: DraftForm): string;
  /** Beginnings of the error paths that belong to it. */
  readonly covers: readonly string[];
}

const sources: Readonly<Record<DraftForm['kind'], string>> = {
  image: 'ready-made Linux',
  iso: 'from a CD image',
  disk: 'a disk image',
  kernel: 'a kernel',
  config: 'an xl.cfg file',
};

const afters: Readonly<Record<DraftForm['after'], string>> = {
  run: 'start it',
  paused: 'start paused',
  customise: 'customise first',
  off: 'do not start',
};

export const steps: readonly Step[] = [
  {
    id: 'source',
    title: 'Source',
    icon: PackageOpen,
    summary: ({ kind }) => sources[kind],
    covers: ['name', 'source', 'config'],
  },
  {
    id: 'resources',
    title: 'Resources',
    icon: Cpu,
    summary: ({ type, memoryMiB, vcpus }) =>
      `${type.toUpperCase()}, ${memoryMiB.trim() || '?'} MiB, ${countOf(Number(vcpus) || 0, 'vCPU')}`,
    covers: ['type', 'memoryMiB', 'maxMemoryMiB', 'vcpus'],
  },
  {
    id: 'disks',
    title: 'Disks',
    icon: HardDrive,
    summary: ({ drives, kind }) => {
      const own = kind === 'disk' || kind === 'iso' ? 1 : 0;
      return drives.length + own === 0 ? 'none' : countOf(drives.length + own, 'drive');
    },
    covers: ['disks'],
  },
  {
    id: 'network',
    title: 'Network',
    icon: Network,
    summary: ({ nics }) =>
      nics.length === 0 ? 'none' : nics.map(({ entries }) => String(entries['bridge'])).join(', '),
    covers: ['nics'],
  },
  {
    id: 'finish',
    title: 'Screen and start',
    icon: CircleCheckBig,
    summary(form) {
      if (form.kind === 'config') return afters[form.after];
      const count = copiesOf(form) ?? 1;
      const screen = form.hasDisplay ? 'VNC' : 'window only';
      return [screen, count > 1 ? `${count} copies` : '', afters[form.after]].filter(Boolean).join(', ');
    },
    covers: ['display', 'copies'],
  },
];

const isUnder = (path: string, prefix: string): boolean => path === prefix || path.startsWith(`${prefix}.`);

export const hasErrors = ({ covers }: Step, errors: DraftErrors): boolean =>
  Object.keys(errors).some((path) => covers.some((prefix) => isUnder(path, prefix)));

/** The step where the first error is; null when there is none. */
export const firstWrong = (errors: DraftErrors): StepId | null =>
  steps.find((step) => hasErrors(step, errors))?.id ?? null;
