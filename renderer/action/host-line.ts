import type { EndRules } from '../../engine/api/save.ts';
import { domusLine } from './xl.ts';

/** Lines for the settings of the embedded host. */
export const memoryLine = (host: string, memoryMiB: number): string =>
  domusLine(host, 'memory', String(memoryMiB));

/** Those rules that are not as they were. */
export const changedRules = (before: EndRules | null, after: EndRules): Partial<EndRules> =>
  Object.fromEntries(
    Object.entries(after).filter(([name, value]) => before?.[name as keyof EndRules] !== value),
  );

export const endRulesLine = (host: string, changes: Partial<EndRules>): string =>
  domusLine(host, 'at-end', ...Object.entries(changes).map(([name, value]) => `${name}=${value}`));
