import { type DomainDraft, startNeedKiB } from '../../../engine/api/draft.ts';
import type { HostInfo } from '../../../engine/api/host.ts';
import { countOf, formatKiB } from '../../ui/format.ts';

/** What happens once the file is written; `customise`: its hardware is looked at first. */
export type AfterCreate = 'run' | 'paused' | 'customise' | 'off';

type Wants = Pick<DomainDraft, 'type' | 'memoryMiB' | 'maxMemoryMiB' | 'vcpus'>;
export type Room = Pick<HostInfo, 'kind' | 'memoryFreeKiB' | 'memoryTotalKiB'>;

/** Memory (KiB) that has to be free for all of them to run; NaN while something typed is no number. */
export const wantedKiB = (wants: Wants, count: number): number => startNeedKiB(wants) * count;

/** The most memory (MiB) that each of `count` such guests can have now; 0 when none can run. */
function mostMiB(wants: Wants, count: number, { memoryFreeKiB }: Room): number {
  const each = memoryFreeKiB / count;
  let most = Math.max(0, Math.floor(each / 1024));
  while (most > 0 && startNeedKiB({ ...wants, memoryMiB: most }) > each) most -= 1;
  return most < 8 ? 0 : most;
}

/**
 * Why these cannot be started now; null when they can or are not started. On a real host xl may take memory from Domain-0, so
 * that only xl knows.
 */
export function whyNoRoom(wants: Wants, count: number, after: AfterCreate, room: Room): string | null {
  const wanted = wantedKiB(wants, count);
  if (room.kind !== 'embedded' || (after !== 'run' && after !== 'paused') || !(wanted > room.memoryFreeKiB))
    return null;
  const most = mostMiB(wants, count, room);
  const what = count === 1 ? 'it takes' : `${countOf(count, 'such domain')} take`;
  const much = most === 0 ? '' : `Give ${count === 1 ? 'it' : 'each'} at most ${most} MiB, `;
  return `${formatKiB(room.memoryFreeKiB)} are free, and ${what} ${formatKiB(wanted)}. ${much}${much === '' ? 'Shut' : 'shut'} something down, or choose “Don't start” in the last step.`;
}

/** What there is, and what is left of it then. */
export function fitSentence(
  wanted: number,
  { kind, memoryFreeKiB, memoryTotalKiB }: Room,
  after: AfterCreate,
): string {
  const free = `${formatKiB(memoryFreeKiB)} of ${formatKiB(memoryTotalKiB)} free`;
  if (!(wanted > 0)) return `${free}.`;
  if (wanted <= memoryFreeKiB) return `${free}; ${formatKiB(memoryFreeKiB - wanted)} left with this running.`;
  if (kind === 'xen')
    return `Only ${free}, ${formatKiB(wanted)} wanted: xl refuses the start unless it can take memory from Domain-0.`;
  if (after === 'run' || after === 'paused')
    return `Only ${free}, ${formatKiB(wanted)} wanted: it is not started.`;
  return `Only ${free}, ${formatKiB(wanted)} wanted: the file is written, and a start is refused until that much is free.`;
}
