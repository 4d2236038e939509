import { LocalHarness } from '../support/local-host-harness.ts';
import { hostSuite } from './host-suite.ts';
import { draftOf } from '../support/drafts.ts';

hostSuite('The embedded host on in-memory machines', async () => {
  const harness = await LocalHarness.open({ hostMemoryKiB: 4 * 1024 * 1024 });
  const machineOf = (id: string) => {
    const name = harness.host.domains().find((domain) => domain.id === id)?.name ?? '';
    return harness.factory.machine(name);
  };
  return {
    host: harness.host,
    sink: harness.sink,
    op: () => harness.op(),
    draft: (name) => draftOf(name),
    ready: (id) => harness.until(() => machineOf(id).state === 'running', 'a running guest'),
    end: async (id, how) => machineOf(id).exit({ reason: how, detail: `The guest chose to ${how}.` }),
    byForce: true,
    deafen: async (id) => {
      machineOf(id).powerButtonHabit = 'ignore';
    },
    until: (condition, what) => harness.until(condition, what),
    settle: (call) => harness.settle(call),
    close: () => harness.close(),
  };
});
