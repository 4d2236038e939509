import { describe, expect, it } from 'vitest';
import {
  dom0Uuid,
  domainDraft,
  history,
  hostInfo,
  hostSamples,
  networkInventory,
  storageInventory,
} from '../../../engine/api/index.ts';
import { failure, type Trial } from './trial.ts';

/** What a host tells, and what is deleted. */
export function reportsCases(trial: Trial): void {
  const { row, create, away, on, freshName } = trial;

  describe('reports', () => {
    it('itself and Domain-0', () => {
      const info = hostInfo.parse(trial.world.host.info());
      expect(info).toMatchObject({ id: trial.world.host.id, state: 'online' });
      expect(info.memoryFreeKiB).toBeLessThanOrEqual(info.memoryTotalKiB - info.memoryDom0KiB);
      expect(row(dom0Uuid)).toMatchObject({
        name: 'Domain-0',
        domid: 0,
        state: 'running',
        letters: 'r-----',
      });
    });

    it('to its sink what it answers when asked', async () => {
      const id = await create({ start: false, paused: false });
      expect(trial.world.sink.domains.get(id)).toEqual(row(id));
      expect(trial.world.sink.hostInfo).toEqual(trial.world.host.info());
      await away(id);
      expect(trial.world.sink.domains.has(id)).toBe(false);
    });
  });

  describe('measures', () => {
    it('running domains each second, and keeps histories', async () => {
      const id = await create();
      await trial.world.until(() => trial.world.sink.newest?.domains[id] !== undefined, 'a sample');
      const newest = hostSamples.parse(trial.world.sink.newest);
      expect(newest.domains[id]?.memoryKiB).toBeGreaterThan(0);
      const own = history.parse(await trial.world.host.history(id, '5m'));
      expect(own.memoryKiB.some((value) => value !== null)).toBe(true);
      for (const range of ['5m', '1h', '24h'] as const) {
        for (const whose of [null, dom0Uuid]) {
          const columns = history.parse(await trial.world.host.history(whose, range));
          expect(columns.cpuPercent).toHaveLength(columns.at.length);
        }
      }
      await away(id);
      expect((await failure(trial.world.host.history(id, '5m'))).code).toBe('ERROR_DOMAIN_NOTFOUND');
    });
  });

  describe('lists', () => {
    it('the bridge that a card is at and the pool that a disk is in, with the domain they are of', async () => {
      const name = freshName();
      const path = `/var/lib/xen/${name}.img`;
      const blank = { vdev: 'xvdb', path, origin: { kind: 'blank', sizeMiB: 2 } };
      const draft = domainDraft.parse({
        ...trial.world.draft(name),
        nics: [{ bridge: 'xenbr0' }],
        disks: [blank],
      });
      const { domain } = await on((host, op) => host.create(draft, { start: true, paused: true }, op));
      const { bridges } = networkInventory.parse(await on((host) => host.inventory!.networks()));
      const port = bridges
        .find((bridge) => bridge.name === 'xenbr0')
        ?.ports.find(({ owner }) => owner?.domain === domain);
      expect(port).toMatchObject({ owner: { name, domid: row(domain).domid, devid: 0 } });
      await on((host, op) => host.destroy(domain, op));
      const { pools } = storageInventory.parse(await on((host) => host.inventory!.storage()));
      const pool = pools.find((each) => each.path === '/var/lib/xen');
      expect(pool?.freeBytes).toBeGreaterThan(0);
      expect(pool?.volumes.find((volume) => volume.path === path)).toMatchObject({
        kind: 'file',
        bytes: 2 * 2 ** 20,
        users: [{ domain, name, vdev: 'xvdb', readOnly: false }],
      });
      await on((host, op) => host.remove(domain, op, [path]));
    });
  });

  describe('deletes a definition', () => {
    it('returning the text that puts it back', async () => {
      const id = await create({ start: false, paused: false });
      const { text } = await on((host, op) => host.remove(id, op));
      expect(trial.world.host.domains().some((domain) => domain.id === id)).toBe(false);
      const { domain } = await on((host, op) => host.define(text, op));
      expect(domain).toBe(id);
      expect((await trial.world.host.configText(id)).text).toBe(text);
      await away(id);
    });
  });
}
