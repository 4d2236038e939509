/** The terminal (or pipes) a program was started on. */
export interface Terminal {
  /** Standard input is a terminal whose keys can be read one by one. */
  readonly interactive: boolean;
  /** In characters; 80 × 24 when standard output is no terminal. */
  size(): { readonly columns: number; readonly rows: number };
  /** Resolves when there is room for more. */
  write(data: string | Uint8Array): Promise<void>;
  /**
   * Input as it comes, `null` at its end; a terminal is in raw mode until the returned function is called. `listener`
   * may return a promise: input waits for it.
   */
  onInput(listener: (bytes: Uint8Array | null) => void | Promise<void>): () => void;
  onResize(listener: () => void): () => void;
}

/** Terminals of which nothing is known say 0 or nothing; the contract takes up to 1000 each way. */
const sensible = (size: number | undefined, usual: number): number => Math.min(size || usual, 1000);

/** The terminal of this process. */
export function processTerminal(): Terminal {
  const { stdin, stdout } = process;
  return {
    interactive: stdin.isTTY === true,
    size: () => ({ columns: sensible(stdout.columns, 80), rows: sensible(stdout.rows, 24) }),
    write: (data) =>
      new Promise((resolve) => {
        if (stdout.write(data)) resolve();
        else stdout.once('drain', resolve);
      }),
    onInput(listener) {
      const onData = (bytes: Buffer): void => {
        stdin.pause();
        void Promise.resolve(listener(bytes)).then(() => {
          if (listening) stdin.resume();
        });
      };
      const onEnd = (): void => void listener(null);
      let listening = true;
      if (stdin.isTTY) stdin.setRawMode(true);
      stdin.on('data', onData).on('end', onEnd);
      return () => {
        listening = false;
        if (stdin.isTTY) stdin.setRawMode(false);
        stdin.off('data', onData).off('end', onEnd);
        stdin.pause();
      };
    },
    onResize(listener) {
      stdout.on('resize', listener);
      return () => stdout.off('resize', listener);
    },
  };
}
