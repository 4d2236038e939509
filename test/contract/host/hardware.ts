import { describe, expect, it } from 'vitest';
import { deviceDraft, type DeviceDraft, hardwareView } from '../../../engine/api/index.ts';
import type { Dom0Tools } from '../../../engine/host/dom0.ts';
import type { HardwareTools } from '../../../engine/host/hardware.ts';
import { failure, type Trial } from './trial.ts';

/** Hot-plug, as xl and the XenStore show it (docs/misc/xenstore-paths.pandoc of Xen). */
export function hardwareCases(trial: Trial): void {
  const { row, create, away, on, freshName } = trial;
  const hardware = (): HardwareTools => trial.world.host.hardware as HardwareTools;
  const dom0 = (): Dom0Tools => trial.world.host.dom0 as Dom0Tools;

  const item = async (id: string, wanted: string) => {
    const view = hardwareView.parse(await trial.world.settle(hardware().view(id)));
    return view.items.find((each) => each.id === wanted);
  };
  const value = async (path: string): Promise<string> =>
    (await trial.world.settle(dom0().xenstoreNode(path))).value;
  const add = (id: string, device: DeviceDraft, newImageMiB: number | null = null) =>
    on((_, op) => hardware().add(id, { device, scope: 'both', newImageMiB }, op));
  const remove = (id: string, device: string) =>
    on((_, op) =>
      hardware().remove(id, { id: device, scope: 'both', force: trial.world.byForce ?? false }, op),
    );

  /** The two ends of a device, which name each other. */
  async function ends(id: string, device: string): Promise<{ frontend: string; backend: string }> {
    const { domid } = row(id);
    const frontend = `/local/domain/${domid}/device/${device}`;
    const backend = await value(`${frontend}/backend`);
    expect(backend).toMatch(new RegExp(`^/local/domain/0/backend/\\w+/${domid}/${device.split('/')[1]}$`));
    expect(await value(`${frontend}/backend-id`)).toBe('0');
    expect(await value(`${backend}/frontend`)).toBe(frontend);
    expect(await value(`${backend}/frontend-id`)).toBe(String(domid));
    return { frontend, backend };
  }

  describe('changes the hardware of a running domain', () => {
    it('by a disk that comes and goes, in the XenStore and in the file', async () => {
      const name = freshName();
      const id = await create(undefined, name);
      await trial.world.ready(id);
      const path = `/var/lib/xen/${name}.img`;
      const device = deviceDraft.parse({ kind: 'vbd', settings: { vdev: 'xvdb', path } });
      await add(id, device, 2);
      expect(await item(id, 'vbd:xvdb')).toMatchObject({ inDomain: true, inFile: true });
      const { backend } = await ends(id, 'vbd/51728');
      expect([await value(`${backend}/dev`), await value(`${backend}/mode`)]).toEqual(['xvdb', 'w']);
      const again = { device, scope: 'now' } as const;
      const taken = await failure(on((_, op) => hardware().add(id, again, op)));
      expect(taken.code).toBe('ERROR_DEVICE_EXISTS');
      await remove(id, 'vbd:xvdb');
      expect(await item(id, 'vbd:xvdb')).toBeUndefined();
      expect((await trial.world.host.configText(id)).text).not.toContain(path);
      await add(id, device);
      await on((host, op) => host.destroy(id, op));
      await on((host, op) => host.remove(id, op, [path]));
    });

    it('by a network card with a MAC address of its own', async () => {
      const id = await create();
      await trial.world.ready(id);
      const device = await trial.world.settle(hardware().defaults(id, 'vif'));
      const { id: card } = await add(id, device);
      const { frontend, backend } = await ends(id, `vif/${card.split(':')[1]}`);
      expect(await value(`${frontend}/mac`)).toMatch(/^00:16:3e(:[0-9a-f]{2}){3}$/);
      expect(await value(`${backend}/bridge`)).toBe('xenbr0');
      await remove(id, card);
      expect(await item(id, card)).toBeUndefined();
      await away(id);
    });

    it('by weight and cap, within what the scheduler takes', async () => {
      const id = await create({ start: true, paused: true });
      await on((_, op) => dom0().setDomainSchedule(id, { weight: 512, cap: 50 }, op));
      const { domains } = await trial.world.settle(dom0().schedulerView());
      expect(domains.find((each) => each.id === id)).toMatchObject({ weight: 512, cap: 50, pool: 'Pool-0' });
      const much = await failure(on((_, op) => dom0().setDomainSchedule(id, { weight: 70_000 }, op)));
      expect(much.message).toContain('within range from 1 to 65535');
      expect((await item(id, 'cpu'))?.fields.find((each) => each.name === 'weight')).toMatchObject({
        live: 512,
        configured: 256,
      });
      await away(id);
    });
  });
}
