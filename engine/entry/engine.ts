/**
 * The engine's process, the same for all three ways to run it:
 * under the desktop shell (utility process), for browser mode, and as a daemon.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parentPort } from './desktop-door.ts';
import { openEngineLog, watchEventLoop } from './engine-log.ts';
import { EngineProcess } from './engine-process.ts';
import { parseEngineArguments, UsageError, type EngineArguments } from './options.ts';
import { supervisor } from './supervisor-line.ts';

/** Tells whoever started the engine why it cannot run. */
function giveUp(sentence: string): never {
  parentPort()?.postMessage({ type: 'failed', sentence });
  supervisor()?.send({ type: 'failed', sentence });
  if (!supervisor()) process.stderr.write(`${sentence}\n`);
  process.exit(1);
}

function readArguments(): EngineArguments {
  try {
    return parseEngineArguments(process.argv.slice(2), process.env);
  } catch (error) {
    if (error instanceof UsageError) giveUp(error.message);
    throw error;
  }
}

// Guests' disks, saved memory and consoles are nobody else's business.
process.umask(0o077);
const args = readArguments();
try {
  mkdirSync(join(args.stateDirectory, 'log'), { recursive: true, mode: 0o700 });
} catch (error) {
  giveUp(`The state directory cannot be used: ${error instanceof Error ? error.message : String(error)}`);
}
const log = openEngineLog(args.stateDirectory);
const { logger } = log;
const engine = new EngineProcess(args, logger);

// A promise that nobody waited for concerns one operation; an exception nobody caught leaves things half done.
process.on('unhandledRejection', (reason) => {
  logger.error({ err: reason }, 'A rejection was not handled');
});
process.on('uncaughtException', (error) => {
  logger.fatal({ err: error }, 'An exception was not caught; the engine ends and is started again');
  void log.settled().finally(() => process.exit(70));
});

let stopping = false;
async function stop(why: string): Promise<void> {
  if (stopping) return;
  stopping = true;
  logger.info({ why }, 'The engine ends');
  const alive = setInterval(() => parentPort()?.postMessage({ type: 'stopping' }), 2000);
  await engine
    .prepareStop()
    .catch((error: unknown) => logger.error({ err: error }, 'Domains were not saved'));
  clearInterval(alive);
  // A part that does not end in time must not keep the whole from ending.
  setTimeout(() => process.exit(75), 20_000).unref();
  await engine.close().catch((error: unknown) => logger.error({ err: error }, 'The engine did not end well'));
  await log.settled();
  process.exit(0);
}
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => void stop(signal));

watchEventLoop(logger);
engine
  .run((why) => void stop(why))
  .catch(async (error: unknown) => {
    logger.fatal({ err: error }, 'The engine cannot start');
    await engine.close().catch(() => undefined);
    await log.settled();
    giveUp(error instanceof UsageError ? error.message : `The engine cannot start: ${String(error)}`);
  });
