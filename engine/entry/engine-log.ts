import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { pino, type Logger } from 'pino';
import { RotatingLog } from '../host/local/rotating-log.ts';

export interface EngineLog {
  readonly logger: Logger;
  /** Resolves when what was logged so far is on disk. */
  settled(): Promise<void>;
}

/** The engine's own log, `log/engine.log` below the state directory: JSON lines, 4 MiB and two older files at most. */
export function openEngineLog(stateDirectory: string, level = 'info'): EngineLog {
  const file = new RotatingLog(join(stateDirectory, 'log', 'engine.log'), {
    maxBytes: 4 * 1024 * 1024,
    keep: 2,
  });
  const logger = pino({ level, base: { pid: process.pid } }, { write: (line) => void file.append(line) });
  return { logger, settled: () => file.settled() };
}

const resolutionMs = 20;
const lookEveryMs = 30_000;

/** Logs when one in a hundred turns of the event loop came more than 10 ms late: something hogs the engine. */
export function watchEventLoop(logger: Logger): () => void {
  const delays = monitorEventLoopDelay({ resolution: resolutionMs });
  delays.enable();
  const timer = setInterval(() => {
    // The histogram holds the time between two looks; the wanted pause is part of it.
    const lateMs = delays.percentile(99) / 1e6 - resolutionMs;
    if (lateMs > 10) {
      const worstMs = Math.round(delays.max / 1e6 - resolutionMs);
      logger.warn({ p99Ms: Math.round(lateMs), worstMs }, 'The event loop was late.');
    }
    delays.reset();
  }, lookEveryMs);
  timer.unref();
  return () => {
    clearInterval(timer);
    delays.disable();
  };
}
