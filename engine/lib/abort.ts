/** The reason of an aborted signal as an Error, whatever the aborter passed. */
export function abortReason(signal: AbortSignal | undefined): Error {
  const reason: unknown = signal?.reason;
  return reason instanceof Error ? reason : new Error(`Aborted: ${String(reason)}`);
}
