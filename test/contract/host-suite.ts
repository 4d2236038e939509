import { afterAll, beforeAll, describe } from 'vitest';
import { configurationCases } from './host/configuration.ts';
import { consoleCases } from './host/console.ts';
import { hardwareCases } from './host/hardware.ts';
import { refusalsCases } from './host/refusals.ts';
import { reportsCases } from './host/reports.ts';
import { runningCases } from './host/running.ts';
import { type HostUnderTest, Trial } from './host/trial.ts';

export { failure, type HostUnderTest } from './host/trial.ts';

/** What every Host does, whichever world is behind it. */
export function hostSuite(name: string, open: () => Promise<HostUnderTest>): void {
  describe(`${name} as a Host`, () => {
    const trial = new Trial();
    beforeAll(async () => {
      trial.world = await open();
    });
    afterAll(() => trial.world.close());

    reportsCases(trial);
    runningCases(trial);
    consoleCases(trial);
    hardwareCases(trial);
    configurationCases(trial);
    refusalsCases(trial);
  });
}
