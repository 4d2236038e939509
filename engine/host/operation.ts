/** The task an operation runs as: how it says where it is, and hears that it should stop. */
export interface Operation {
  readonly signal: AbortSignal;
  /** `fraction` 0..1, or null when unknown. */
  progress(stage: string, fraction?: number | null): void;
  log(line: string): void;
  /** Say early which domain this is about, when it was not known at the beginning (create). */
  about(domain: string): void;
}

/**
 * One reader's view of a console: what was kept of the past, then the present, at the reader's own pace.
 * Several streams on one console are independent; whoever types is heard.
 */
export interface ByteStream {
  /** Further bytes the reader is ready for; the stream starts with none. */
  credit(bytes: number): void;
  /** To the guest. Bounded: bytes beyond what the guest takes in time are dropped, returns how many were taken. */
  write(bytes: Uint8Array): number;
  resize(columns: number, rows: number): void;
  onData(listener: (bytes: Uint8Array) => void): void;
  /** The reader was too far behind: `bytes` were lost before the next data. */
  /** The writer's flow control, where much is written: further bytes this end is ready for. Absent: `write` takes what it can. */
  onCredit?(listener: (bytes: number) => void): void;
  onGap(listener: (bytes: number) => void): void;
  onEvent(listener: (event: 'attached' | 'ended' | 'restarted', detail: string) => void): void;
  close(): void;
}
