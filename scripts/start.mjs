// npm start: opens Domus, as a desktop window where Electron can be had, else in the browser.
// Usage: npm start -- [--browser [--port N] [--no-open] | --desktop] [--state DIR]
import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import { bootstrap, giveUp, say } from './bootstrap.mjs';
import { hasDisplay, obtainElectron, runElectron } from './electron.mjs';
import { supervise } from './supervise.mjs';
import { ensureTerminal } from './terminal.mjs';

const usage = 'npm start -- [--browser [--port N] [--no-open] | --desktop] [--state DIR]';

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        browser: { type: 'boolean', default: false },
        desktop: { type: 'boolean', default: false },
        port: { type: 'string' },
        'no-open': { type: 'boolean', default: false },
        state: { type: 'string' },
      },
    });
    const port = values.port === undefined ? null : Number(values.port);
    if (port !== null && !(Number.isInteger(port) && port >= 1 && port <= 65_535)) {
      giveUp(`"${values.port}" is not a port: use a number from 1 to 65535.`, 2);
    }
    if (values.browser && values.desktop) giveUp('Choose one of --browser and --desktop.', 2);
    return { ...values, browser: values.browser || port !== null, port };
  } catch (error) {
    return giveUp(`${error.message}\nUsage: ${usage}`, 2);
  }
}

const openers = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
  linux: ['xdg-open'],
};

/** Shows the page in the person's browser. Where there is none the printed address has to do. */
function openInBrowser(url) {
  const [command, ...args] = openers[process.platform] ?? openers.linux;
  if (!hasDisplay()) return;
  const child = spawn(command, [...args, url], { stdio: 'ignore', detached: true });
  child.on('error', () => undefined);
  child.unref();
}

const announce = (line) => process.stdout.write(`${line}\n`);

function runBrowserMode({ port, state, 'no-open': noOpen }) {
  return supervise({
    port,
    state,
    onReady(url, attached) {
      if (attached) say('Domus is running already; this is its address.');
      announce(`Domus is ready at ${url}`);
      if (!noOpen) openInBrowser(url);
    },
  });
}

/** Exit code, or the reason why there is no desktop window here. */
async function runDesktop({ desktop, state }) {
  if (!hasDisplay()) return 'there is no display';
  const binary = obtainElectron({ insist: desktop });
  if (!binary) return "Electron's program could not be fetched";
  bootstrap(['shell']);
  const { ready, code } = await runElectron(binary, state ? ['--state', state] : [], { onReady: announce });
  return ready ? code : `Electron ended with code ${code} before its window was up`;
}

/**
 * npm runs this under a shell, and a signal to npm ends that shell only: without its parent this process ends as if it had
 * got the signal itself. Not when started by hand, where outliving the shell may be wanted.
 */
function endWithNpm() {
  if (!process.env.npm_lifecycle_event) return;
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.kill(process.pid, 'SIGTERM');
  }, 500).unref();
}

const options = readOptions();
endWithNpm();
bootstrap(['engine', 'renderer']);
ensureTerminal();
const result = options.browser ? 'asked' : await runDesktop(options);
if (typeof result === 'number') process.exit(result);
if (options.desktop) giveUp(`Domus cannot open its window: ${result}.`);
if (!options.browser) say(`Domus opens in the browser: ${result}.`);
process.exit(await runBrowserMode(options));
