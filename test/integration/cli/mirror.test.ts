import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  deviceDraft,
  domainDraft,
  type DomainDraft,
  type FieldValue,
  type HardwareScope,
} from '../../../engine/api/index.ts';
import { configWrite } from '../../../renderer/action/config-write.action.ts';
import { removeDomain } from '../../../renderer/action/domain-remove.action.ts';
import { domainSchedule } from '../../../renderer/action/domain-schedule.action.ts';
import {
  hardwareAdd,
  hardwareChange,
  hardwareInsert,
  hardwareRemove,
  hardwareRevert,
} from '../../../renderer/action/hardware.action.ts';
import { endRulesLine, memoryLine } from '../../../renderer/action/host-line.ts';
import { actionById } from '../../../renderer/action/registry.ts';
import { createScript } from '../../../renderer/feature/create/create-line.ts';
import { root } from '../../support/app.ts';
import { tinyIso } from '../../support/tiny-iso.ts';
import {
  agent,
  ballooned,
  close,
  closeAll,
  contextOf,
  itemOf,
  mirror,
  outcome,
  press,
  replay,
  type Station,
  station,
  theDomain,
} from './mirror-station.ts';

/**
 * The command mirror is true: what the window's actions do to one host, their lines do to a fresh one, typed into the
 * command line.
 */
const asset = (name: string): string => join(root, 'assets', 'guest', name);
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'domus-mirror-'));
});
afterEach(async () => {
  await closeAll();
  await rm(directory, { recursive: true, force: true });
});

const draft = (name: string, vdev: string): DomainDraft =>
  domainDraft.parse({
    name,
    memoryMiB: 64,
    maxMemoryMiB: 96,
    source: {
      kind: 'kernel',
      kernel: asset('bzImage'),
      ramdisk: asset('initramfs.cpio'),
      cmdline: 'console=ttyS0',
    },
    disks: [
      { vdev: 'hdc', devtype: 'cdrom', readOnly: true },
      { vdev, path: `/var/lib/xen/images/${name}.img`, origin: { kind: 'blank', sizeMiB: 2 } },
    ],
    nics: [{ mac: null }],
  });

/** What the New domain dialog does. */
async function create({ link }: Station, what: DomainDraft, after: 'run' | 'off'): Promise<void> {
  const { text } = await link.client.domain.preview({ host: 'local', draft: what });
  const command = createScript('local', [{ draft: what, name: what.name, text }], after) ?? undefined;
  await link.client.domain.create({ host: 'local', draft: what, start: after === 'run', command });
}

async function change(
  at: Station,
  item: string,
  values: Record<string, FieldValue>,
  scope: HardwareScope,
): Promise<void> {
  await press(at, hardwareChange(await itemOf(at, item), { values, scope }));
}

/** What only the file has, and what both have. */
async function changeFile(at: Station, kept: string, cd: string): Promise<void> {
  const share = deviceDraft.parse({ kind: 'channel', settings: { name: 'org.example.log' } });
  const image = '/var/lib/xen/images/web-xvde.img';
  const disk = deviceDraft.parse({ kind: 'vbd', settings: { vdev: 'xvde', path: image, shared: true } });
  await press(at, hardwareAdd({ device: share, scope: 'next', newImageMiB: null }));
  await press(at, hardwareAdd({ device: disk, scope: 'next', newImageMiB: 1 }));
  await press(at, hardwareInsert(await itemOf(at, 'vbd:hdc'), cd, 'next'));
  await press(at, hardwareRemove(await itemOf(at, 'vbd:xvda'), 'next', false));
  await press(at, hardwareRevert(await itemOf(at, 'vbd:xvda')));
  await change(at, 'vif:0', { link: false }, 'now');
  await change(at, 'vif:0', { rate: '20Mb/s' }, 'both');
  await change(at, 'cpu', { weight: 512, cpus: '0' }, 'both');
  await change(at, 'events', { onCrash: 'preserve' }, 'next');
  await change(at, 'boot', { autostart: true, order: 'dc' }, 'next');
  await press(at, hardwareRevert(await itemOf(at, 'boot'), ['order']));
  const { host, id } = await theDomain(at);
  const { text } = await at.link.client.domain.configText({ host, domain: id });
  await press(at, configWrite(`${text}# It's $HOME to ${kept}\n`));
}

/** Deleted with its image, and defined again by Undo. */
async function removeSpare(at: Station): Promise<void> {
  const { context, undone } = await contextOf(at, 'spare');
  await removeDomain(context, ['/var/lib/xen/images/spare.img']);
  await undone();
}

async function settings({ link }: Station): Promise<string> {
  const { totalMemoryKiB } = await link.client.dom0.physical({ host: 'local' });
  const memoryMiB = Math.round(totalMemoryKiB / 1024) + 16;
  const rules = await link.client.save.rules({ host: 'local' });
  await link.client.host.configure({ host: 'local', memoryMiB, command: memoryLine('local', memoryMiB) });
  await link.client.save.setRules({ host: 'local', rules: { ...rules, maxWaitSeconds: 77 } });
  return endRulesLine('local', { maxWaitSeconds: 77 });
}

it('the lines of a session in the window do the same on a fresh host', async () => {
  const [kept = '', gone = '', cd = ''] = ['kept.img', 'gone.img', 'cd.iso'].map((name) =>
    join(directory, name),
  );
  for (const path of [kept, gone]) await writeFile(path, new Uint8Array(1 << 20));
  await writeFile(cd, tinyIso('CD', { 'README.TXT': 'hello' }, false));
  const disk = (vdev: string, path = '') => deviceDraft.parse({ kind: 'vbd', settings: { vdev, path } });
  const card = deviceDraft.parse({ kind: 'vif', settings: { mac: '00:16:3e:00:00:77', rate: '10Mb/s' } });
  const now = { scope: 'now', newImageMiB: null } as const;

  const first = await station(join(directory, 'first'));
  await create(first, draft('spare', 'xvda'), 'off');
  await create(first, draft('web', 'xvda'), 'run');
  await agent(first);
  await press(first, hardwareAdd({ device: disk('xvdb', kept), scope: 'both', newImageMiB: null }));
  await press(first, hardwareAdd({ device: disk('xvdd', gone), ...now }));
  await press(first, hardwareAdd({ device: card, ...now }));
  await press(first, hardwareRemove(await itemOf(first, 'vbd:xvdd'), 'now', false));
  await press(first, hardwareInsert(await itemOf(first, 'vbd:hdc'), cd, 'now'));
  await change(first, 'memory', { memoryMiB: 56 }, 'both');
  await ballooned(first, 56 * 1024);
  await changeFile(first, kept, cd);
  await press(first, domainSchedule('credit2', { cap: 50 }));
  await removeSpare(first);
  const rulesLine = await settings(first);
  await press(first, actionById('domain.pause'));
  const lines = [...(await mirror(first)), rulesLine];
  const wanted = await outcome(first);
  expect(
    lines.map((line) =>
      line
        .split(/[ '"\n]/)
        .slice(0, 2)
        .join(' '),
    ),
  ).toEqual([
    ...['domus make-image', 'domus make-image', 'xl block-attach', 'xl block-attach', 'xl network-attach'],
    ...['xl block-detach', 'xl cd-insert', 'xl mem-set', 'domus add', 'domus make-image', 'domus insert'],
    ...[
      'domus remove',
      'domus revert',
      'domus set',
      'domus set',
      'xl sched-credit2',
      'domus set',
      'domus set',
    ],
    ...['domus revert', 'domus reconfigure', 'xl sched-credit2', 'domus undefine', 'domus define'],
    ...['domus memory', 'xl pause', 'domus at-end'],
  ]);
  await close(first);

  const second = await station(join(directory, 'second'));
  await replay(second, lines.slice(0, 2));
  await agent(second);
  await replay(second, lines.slice(2, -2));
  await ballooned(second, 56 * 1024);
  await replay(second, lines.slice(-2));
  expect(await outcome(second)).toEqual(wanted);
}, 240_000);
