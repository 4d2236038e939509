import { onScopeDispose, readonly, ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue';
import { openLog } from '../../client/channel.ts';
import type { Attachment } from '../../client/lasting-channel.ts';
import { SerialSession } from '../console/serial-session.ts';
import { engineLine } from './engine-line.ts';
import { LogBuffer } from './log-buffer.ts';
import { LogIndex, type Matcher } from './log-filter.ts';

export interface Log {
  readonly buffer: LogBuffer;
  /** Numbers of the lines to show. A new array whenever there is something new. */
  readonly numbers: Readonly<ShallowRef<readonly number[]>>;
  readonly status: Readonly<Ref<Attachment>>;
}

/**
 * Follows a log for as long as the component is there: at most one drawing per frame, and as much of the stream on its
 * way as was drawn.
 */
export function useLog(host: () => string, source: () => string | null, matcher: () => Matcher | null): Log {
  const buffer = new LogBuffer((line) => (source() === 'engine' ? engineLine(line) : line));
  const index = new LogIndex();
  const numbers = shallowRef<readonly number[]>([]);
  const status = ref<Attachment>({ kind: 'connecting' });
  let session: SerialSession | null = null;
  let drawn: (() => void)[] = [];
  let frame = 0;

  const draw = (): void => {
    frame = 0;
    numbers.value = [...index.update(buffer)];
    for (const done of drawn.splice(0)) done();
  };
  const schedule = (): void => {
    if (frame === 0) frame = requestAnimationFrame(draw);
  };
  const view = {
    write(bytes: Uint8Array, done: () => void): void {
      buffer.feed(bytes);
      drawn.push(done);
      schedule();
    },
    reset(): void {
      buffer.clear();
      drawn = [];
      schedule();
    },
    status: (next: Attachment): void => void (status.value = next),
  };

  watch(
    () => [host(), source()] as const,
    ([onHost, id]) => {
      session?.close();
      view.reset();
      session = id === null ? null : new SerialSession({ open: () => openLog(onHost, id), view });
    },
    { immediate: true },
  );
  watch(matcher, (next) => {
    index.setMatcher(next);
    schedule();
  });
  onScopeDispose(() => {
    cancelAnimationFrame(frame);
    session?.close();
  });
  return { buffer, numbers: readonly(numbers), status };
}
