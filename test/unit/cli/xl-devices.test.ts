import { describe, expect, it } from 'vitest';
import { type Answers, type Lab, newLab, refusal, row, runInLab } from '../../support/xl-lab.ts';

/** A laboratory whose domain pv1 has the disk xvdb, the drive hdc and the card 1. */
function lab(): Lab {
  const made = newLab();
  made.rows = [row(0, 'Domain-0'), row(1, 'pv1')];
  made.files.set('/hot.img', '');
  made.store.set('/libxl/1/device/vbd', { 51728: '', 5632: '' });
  made.store.set('/libxl/1/device/vif', { 1: '' });
  made.store.set('/local/domain/1/device/vif/1', { mac: '00:16:3e:00:00:51' });
  return made;
}

/** What the engine is asked, and nothing else. */
async function asked(words: readonly string[], call: string, answer: unknown = { task: 't', hint: null }) {
  const inputs: unknown[] = [];
  const answers: Answers = {
    [call]: (input: never) => {
      inputs.push(input);
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
  return { ...(await runInLab(lab(), words, answers)), inputs };
}
const target = { host: 'local', domain: 'id-1' };

describe('xl block-attach', () => {
  it('plugs a disk into the running domain', async () => {
    const words = ['block-attach', 'pv1', 'format=raw,vdev=xvdc,access=rw,target=/hot.img'];
    const { rc, out, err, inputs } = await asked(words, 'hardware/add');
    expect([rc, out, err]).toEqual([0, '', '']);
    expect(inputs).toMatchObject([
      {
        ...target,
        command: `xl ${words.join(' ')}`,
        scope: 'now',
        device: {
          kind: 'vbd',
          settings: { vdev: 'xvdc', devtype: 'disk', path: '/hot.img', format: 'raw', readOnly: false },
        },
      },
    ]);
  });

  it('says what to type where nothing in the guest looks', async () => {
    const ran = await asked(['block-attach', 'pv1', '/hot.img,,51744,r'], 'hardware/add', {
      task: 't',
      hint: 'echo 1 > /sys/bus/pci/rescan',
    });
    expect(ran).toMatchObject({
      rc: 0,
      out: '',
      err: expect.stringContaining('echo 1 > /sys/bus/pci/rescan'),
    });
    expect(ran.inputs).toMatchObject([{ device: { settings: { vdev: 'xvdc', readOnly: true } } }]);
  });

  it.each([
    ['xvdb', '/hot.img', 'Domain 1:device already exists in xenstore'],
    ['xvdc', '/none.img', 'Disk vdev=xvdc failed to stat: /none.img: No such file or directory'],
  ])('of %s and %s is refused as by libxl', async (vdev, path, why) => {
    const { inputs, ...ran } = await asked(['block-attach', 'pv1', `${path},raw,${vdev},w`], 'hardware/add');
    expect(ran).toEqual({
      rc: 1,
      out: '',
      err: `libxl: error: ${why}\nlibxl: error: unable to add device\nlibxl_device_disk_add failed.\n`,
    });
    expect(inputs).toEqual([]);
  });

  it('fails when the engine refuses', async () => {
    const { rc, err } = await asked(
      ['block-attach', 'pv1', '/hot.img,raw,xvdc,w'],
      'hardware/add',
      refusal('The disk image /hot.img is locked by another program that uses it.'),
    );
    expect(rc).toBe(1);
    expect(err).toMatch(/^libxl: error: Domain 1:The disk image [^]*libxl_device_disk_add failed\.\n$/);
  });
});

describe('xl block-detach', () => {
  it.each([
    [['block-detach', 'pv1', 'xvdb'], false],
    [['block-detach', '-f', 'pv1', '51728'], true],
    [['block-detach', '--force', 'pv1', '0xca10'], true],
  ])('%j', async (words, force) => {
    const { rc, err, inputs } = await asked(words, 'hardware/remove');
    expect([rc, err]).toEqual([0, '']);
    expect(inputs).toMatchObject([{ ...target, id: 'vbd:xvdb', scope: 'now', force }]);
  });

  it('of a disk that the guest holds on to fails with the words of the call', async () => {
    const held = refusal('The guest has not let go of xvdb within 10 s.', 'ERROR_TIMEDOUT');
    for (const [options, verb] of [
      [[], 'safe_remove'],
      [['-f'], 'destroy'],
    ] as const) {
      const { rc, err } = await asked(['block-detach', ...options, 'pv1', 'xvdb'], 'hardware/remove', held);
      expect(rc).toBe(1);
      expect(err).toContain(`libxl_device_disk_${verb} failed.\n`);
    }
  });

  it('of a disk that is not there is refused', async () => {
    const { rc, err } = await asked(['block-detach', 'pv1', 'xvdz'], 'hardware/remove');
    expect([rc, err]).toEqual([1, 'Error: Device xvdz not connected.\n']);
  });
});

describe('xl cd-insert and cd-eject', () => {
  it('change the medium', async () => {
    const inserted = await asked(['cd-insert', 'pv1', 'hdc', '/hot.img'], 'hardware/insert');
    expect(inserted).toMatchObject({ rc: 0, out: '', err: '' });
    expect(inserted.inputs).toMatchObject([{ ...target, id: 'vbd:hdc', path: '/hot.img', scope: 'now' }]);
    const ejected = await asked(['cd-eject', 'pv1', 'hdc'], 'hardware/insert');
    expect(ejected.inputs).toMatchObject([{ id: 'vbd:hdc', path: null }]);
  });

  it('are refused for a drive that is not there, and a file that is not', async () => {
    expect(await asked(['cd-eject', 'pv1', 'hdd'], 'hardware/insert')).toMatchObject({
      rc: 1,
      err: 'libxl: error: Domain 1:Virtual device not found\n',
    });
    expect(await asked(['cd-insert', 'pv1', 'hdc', '/none.iso'], 'hardware/insert')).toMatchObject({
      rc: 1,
      err: 'Cannot stat file: /none.iso\n',
    });
  });
});

describe('xl network-attach and -detach', () => {
  it('plug a card in and take it out', async () => {
    const words = ['network-attach', 'pv1', 'mac=00:16:3E:00:00:52', 'bridge=xenbr1', 'rate=10Mb/s'];
    const added = await asked(words, 'hardware/add');
    expect(added).toMatchObject({ rc: 0, out: '', err: '' });
    expect(added.inputs).toMatchObject([
      {
        ...target,
        scope: 'now',
        device: { kind: 'vif', settings: { mac: '00:16:3e:00:00:52', bridge: 'xenbr1', rate: '1250KB/s' } },
      },
    ]);
    for (const word of ['1', '00:16:3E:00:00:51']) {
      const removed = await asked(['network-detach', 'pv1', word], 'hardware/remove');
      expect(removed).toMatchObject({ rc: 0, err: '' });
      expect(removed.inputs).toMatchObject([{ id: 'vif:1', force: false }]);
    }
  });

  it('fail as libxl does', async () => {
    const bridge = refusal('Could not find bridge device nobr');
    const added = await asked(['network-attach', 'pv1', 'bridge=nobr'], 'hardware/add', bridge);
    expect(added).toMatchObject({
      rc: 1,
      err:
        'libxl: error: Domain 1:Could not find bridge device nobr\n' +
        'libxl: error: Domain 1:Unable to add vif with id 2\nlibxl_device_nic_add failed.\n',
    });
    const removed = await asked(['network-detach', 'pv1', '1'], 'hardware/remove', refusal('It is stuck.'));
    expect(removed.err).toMatch(/libxl_device_nic_del failed\.\n$/);
    expect(await asked(['network-attach', 'pv1', 'mac=zz'], 'hardware/add')).toMatchObject({
      rc: 1,
      err: "Invalid parameter `mac'.\n",
      inputs: [],
    });
  });
});
