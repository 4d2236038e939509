import { hostSuite } from '../../contract/host-suite.ts';
import { openRealHost, operation, sitAtConsole, until } from './real-host.ts';
import { draftOf } from '../../support/drafts.ts';

/** How a person at the shell of the ready-made guest makes it end. */
const commands = {
  poweroff: 'poweroff -f\n',
  reboot: 'reboot -f\n',
  crash: 'echo c >/proc/sysrq-trigger\n',
} as const;

hostSuite('The embedded host with real guests', async () => {
  const real = await openRealHost();
  return {
    host: real.host,
    sink: real.sink,
    op: operation,
    draft: (name) => draftOf(name, { memoryMiB: 48 }),
    async ready(id) {
      const console = await sitAtConsole(real.host, id);
      await console.expect(/# /);
      console.type('until pidof acpid >/dev/null; do sleep 0.1; done; echo list""ening\n');
      await console.expect(/\nlistening/);
      console.stream.close();
    },
    async end(id, how) {
      const console = await sitAtConsole(real.host, id);
      console.type(commands[how]);
      console.stream.close();
    },
    until,
    settle: (call) => call,
    close: () => real.close(),
  };
});
