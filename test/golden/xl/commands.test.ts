import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Answers, type Lab, newLab, pool, refusal, row, runInLab, vcpu } from '../../support/xl-lab.ts';

/**
 * Sessions recorded on a Xen 4.17 host, replayed by our xl against the figures of that host. Equal but for the source
 * positions in libxl's messages (docs/xl.md).
 */
const recorded = (name: string, stream: 'out' | 'err'): string => {
  const file = new URL(`transcripts/${name}.${stream}`, import.meta.url);
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  return text.replace(/^libxl: error: \w+\.c:\d+:\w+: /gm, 'libxl: error: ');
};

/** A line of a session: `xl WORDS`, its output perhaps filtered, its exit code perhaps printed. */
interface Step {
  readonly xl: string;
  readonly grep?: RegExp;
  readonly code?: true;
  /** What happens before it. */
  readonly first?: (lab: Lab) => void;
}

const words = (line: string): string[] => line.split(' ').filter((word) => word !== '');

async function session(lab: Lab, steps: readonly Step[], answers: Answers) {
  let out = '';
  let err = '';
  let rc = 0;
  for (const step of steps) {
    step.first?.(lab);
    const ran = await runInLab(lab, words(step.xl), answers);
    const lines = ran.out.split('\n').filter((line) => step.grep?.test(line) ?? true);
    out += step.grep ? lines.map((line) => `${line}\n`).join('') : ran.out;
    if (step.code) out += `rc=${ran.rc}\n`;
    err += ran.err;
    rc = ran.rc;
  }
  return { out, err, rc };
}

describe('one command', () => {
  it.each([
    ['err-unknown-domain-list', 'list nope', 1],
    ['err-unknown-list_-l', 'list -l nope', 1],
    ['err-unknown-pause', 'pause nope', 1],
    ['err-unknown-unpause', 'unpause nope', 1],
    ['err-unknown-shutdown', 'shutdown nope', 1],
    ['err-unknown-destroy', 'destroy nope', 1],
    ['err-unknown-vcpu-list', 'vcpu-list nope', 1],
    ['err-unknown-console', 'console nope', 1],
    ['err-unknown-block-list', 'block-list nope', 0],
    ['err-unknown-domid', 'domid nope', 1],
    ['err-unknown-dump-core', 'dump-core nope /tmp/x', 1],
    ['err-unknown-mem-set', 'mem-set nope 64', 1],
    ['err-unknown-uptime', 'uptime nope', 1],
    ['err-unknown-sysrq', 'sysrq nope h', 1],
    ['err-domname-unknown', 'domname 999', 1],
    ['err-extra-arg', 'pause a b c', 1],
    ['err-cfg-missing-file', 'create /etc/xen/nope.cfg', 3],
    ['err-destroy-dom0', 'destroy 0', 1],
    ['err-restore-missing', 'restore /nonexistent', 1],
    ['err-network-attach-badmac', 'network-attach pv1 mac=zz', 1],
    ['err-vncviewer-pv', 'vncviewer pv1', 1],
    ['err-cd-insert-pv', 'cd-insert pv1 xvda /tmp/x.iso', 1],
    ['err-pci-attach', 'pci-attach pv1 00:02.0', 1],
    ['xl-loadpolicy', 'loadpolicy /nonexistent', 255],
    ['xl-getenforce', 'getenforce', 255],
    ['xl-psr-hwinfo', 'psr-hwinfo', 253],
    ['xl-domid', 'domid pv1', 0],
    ['xl-domname', 'domname 1', 0],
    ['xl-info-field', 'info xen_version', 0],
    ['xl-top-b', 'top -b -i 1', 2],
    ['xl-pci-assignable-list', 'pci-assignable-list', 0],
    ['xl-vsnd-list', 'vsnd-list pv1', 0],
    ['xl-vkb-list', 'vkb-list pv1', 0],
    ['xl-sched-credit', 'sched-credit', 0],
    ['xl-sched-credit2', 'sched-credit2', 0],
    ['xl-sched-credit2-s', 'sched-credit2 -s', 0],
    ['xl-cpupool-list', 'cpupool-list', 0],
  ])('%s', async (name, line, rc) => {
    expect(await runInLab(newLab(), words(line))).toEqual({
      rc,
      out: recorded(name, 'out'),
      err: recorded(name, 'err'),
    });
  });

  it('qemu-monitor-command takes its command as one word', async () => {
    const ran = await runInLab(newLab(), ['qemu-monitor-command', 'pv1', 'info block']);
    expect(ran).toEqual({ rc: 1, out: '', err: recorded('xl-qemu-monitor', 'err') });
  });

  it('a trigger that fails is reported, yet successful', async () => {
    const fail = () => Promise.reject(refusal("Send trigger 'power' failed: Invalid argument"));
    const ran = await runInLab(newLab(), ['trigger', 'pv1', 'power'], { 'live/trigger': fail });
    expect(ran).toEqual({ rc: 0, out: '', err: recorded('err-trigger-pv', 'err') });
  });
});

const bothVcpus = (lab: Lab): void => {
  lab.schedule.set(1, { weight: 256, cap: 0, vcpus: [vcpu(0, 0, 1), vcpu(1, null, 1)] });
};

describe('a session', () => {
  it('rename', async () => {
    const lab = newLab();
    lab.rows = [
      row(0, 'Domain-0', { cpuTimeNs: 266.6e9 }),
      row(1, 'pv1', { memoryKiB: 200 * 1024, cpuTimeNs: 21.8e9 }),
    ];
    const steps: Step[] = [
      { xl: 'rename pv1 pv1x', code: true },
      { xl: 'list' },
      { xl: 'rename pv1x pv1', code: true },
      { xl: 'rename nope foo', code: true },
    ];
    const answers: Answers = {
      'live/rename': ({ name }: { name: string }) => {
        lab.rows = lab.rows.map((one) => (one.domid === 1 ? { ...one, name } : one));
        return { task: 't' };
      },
    };
    expect(await session(lab, steps, answers)).toEqual({
      out: recorded('rename', 'out'),
      err: recorded('rename', 'err'),
      rc: 1,
    });
  });

  it('mem-set-over', async () => {
    const message = 'memory_dynamic_max must be less than or equal to memory_static_max';
    const steps: Step[] = [
      { xl: 'mem-set pv1 4096', code: true },
      { xl: 'mem-set pv1 abc', code: true },
    ];
    const ran = await session(newLab(), steps, { 'live/setMemory': () => Promise.reject(refusal(message)) });
    expect(ran).toEqual({
      out: recorded('mem-set-over', 'out'),
      err: recorded('mem-set-over', 'err'),
      rc: 1,
    });
  });

  it('vcpu-set-too-many', async () => {
    const ran = await session(newLab(), [{ xl: 'vcpu-set pv1 9', code: true }], {});
    expect(ran).toEqual({
      out: recorded('vcpu-set-too-many', 'out'),
      err: recorded('vcpu-set-too-many', 'err'),
      rc: 1,
    });
  });

  it('vcpu-pin-bad', async () => {
    const lab = newLab();
    bothVcpus(lab);
    const fail = () => Promise.reject(refusal('Setting vcpu affinity: Invalid argument'));
    const steps: Step[] = ['vcpu-pin pv1 7 0', 'vcpu-pin pv1 0 99', 'vcpu-pin pv1 0 abc'].map((xl) => ({
      xl,
      code: true,
    }));
    const ran = await session(lab, steps, { 'live/pinVcpu': fail });
    expect(ran).toEqual({
      out: recorded('vcpu-pin-bad', 'out'),
      err: recorded('vcpu-pin-bad', 'err'),
      rc: 1,
    });
  });

  it('sched-credit2-set', async () => {
    const lab = newLab();
    const answers: Answers = {
      'scheduler/setDomain': (values: { weight?: number; cap?: number }) => {
        const now = lab.schedule.get(1) ?? { weight: 256, cap: 0, vcpus: [] };
        lab.schedule.set(1, { ...now, weight: values.weight ?? now.weight, cap: values.cap ?? now.cap });
        return { task: 't' };
      },
    };
    const steps: Step[] = [
      { xl: 'sched-credit2 -d pv1 -w 512', code: true },
      { xl: 'sched-credit2 -d pv1 -c 50', code: true },
      { xl: 'sched-credit2' },
      { xl: 'sched-credit2 -d pv1' },
    ];
    expect(await session(lab, steps, answers)).toEqual({
      out: recorded('sched-credit2-set', 'out'),
      err: '',
      rc: 0,
    });
  });

  it('sched-credit-set-wrong', async () => {
    const message = 'Cpu weight out of range, valid values are within range from 1 to 65535';
    const steps: Step[] = [
      { xl: 'sched-credit -d pv1 -w 512', code: true },
      { xl: 'sched-credit2 -d pv1 -w 999999', code: true },
    ];
    const ran = await session(newLab(), steps, {
      'scheduler/setDomain': () => Promise.reject(refusal(message, 'ERROR_INVAL')),
    });
    const name = 'sched-credit-set-wrong';
    expect(ran).toEqual({ out: recorded(name, 'out'), err: recorded(name, 'err'), rc: 1 });
  });

  it('block-attach to a device that is there, and of a file that is not', async () => {
    const lab = newLab();
    lab.files.set('/var/lib/xenlab/hot.img', '');
    lab.store.set('/libxl/1/device/vbd', { 51728: '' });
    const attach = (vdev: string, target: string): Step => ({
      xl: `block-attach pv1 format=raw,vdev=${vdev},access=rw,target=${target}`,
      code: true,
    });
    expect(await session(lab, [attach('xvdb', '/var/lib/xenlab/hot.img')], {})).toEqual({
      out: recorded('block-attach-dup', 'out'),
      err: recorded('block-attach-dup', 'err'),
      rc: 1,
    });
    expect(await session(lab, [attach('xvdc', '/nonexistent.img')], {})).toEqual({
      out: recorded('block-attach-missing', 'out'),
      err: recorded('block-attach-missing', 'err'),
      rc: 1,
    });
  });

  it('block-list and network-list read XenStore', async () => {
    const lab = newLab();
    const device = (kind: string, id: number, values: Record<string, string>): void => {
      const frontend = `/local/domain/1/device/${kind}/${id}`;
      const backend = `/local/domain/0/backend/${kind}/1/${id}`;
      lab.store.set(`/libxl/1/device/${kind}`, { [id]: '' });
      lab.store.set(`/libxl/1/device/${kind}/${id}`, { frontend, backend });
      lab.store.set(frontend, { state: '4', ...values });
    };
    device('vbd', 51712, { 'event-channel': '9', 'ring-ref': '8' });
    device('vif', 0, { mac: '00:16:3E:00:00:01', 'tx-ring-ref': '522', 'rx-ring-ref': '523' });
    expect((await runInLab(lab, ['block-list', 'pv1'])).out).toBe(recorded('xl-block-list', 'out'));
    const [header, first] = recorded('network-attach', 'out').split('\n').slice(1);
    expect((await runInLab(lab, ['network-list', 'pv1'])).out).toBe(`${header}\n${first}\n`);
  });

  it('cpupool-err', async () => {
    const steps: Step[] = [
      'cpupool-list nope',
      'cpupool-create sched="wibble"',
      'cpupool-cpu-remove Pool-0 77',
      'cpupool-migrate pv1 nope',
      'cpupool-destroy Pool-0',
    ].map((xl) => ({ xl, code: true }));
    const ran = await session(newLab(), steps, {
      'pool/destroy': () => Promise.reject(refusal('Pool-0 stays.')),
    });
    expect(ran).toEqual({ out: recorded('cpupool-err', 'out'), err: recorded('cpupool-err', 'err'), rc: 1 });
  });

  it('cpupool-ops', async () => {
    const lab = newLab();
    lab.rows = [row(0, 'Domain-0'), row(16, 'pv1')];
    lab.schedule.set(0, {
      weight: 256,
      cap: 0,
      vcpus: [vcpu(0, 0, 123.1, { running: true, blocked: false, hard: [0, 1] })],
    });
    lab.schedule.set(16, { weight: 256, cap: 0, vcpus: [vcpu(0, 1, 0.4), vcpu(1, null, 0)] });
    const answers: Answers = {
      'config/long': () => ({
        json: JSON.stringify({
          b_info: { sched_params: { sched: 'credit', weight: 512, cap: 20 } },
        }),
      }),
      'pool/removeCpus': ({ cpus }: { cpus: number[] }) => {
        lab.pools = lab.pools.map((one) => ({ ...one, cpus: one.cpus.filter((cpu) => !cpus.includes(cpu)) }));
        lab.physical = { ...lab.physical, freeCpus: 1 };
        return {};
      },
      'pool/addCpus': ({ pool: name, cpus }: { pool: string; cpus: number[] }) => {
        lab.pools = lab.pools.map((one) =>
          one.name === name ? { ...one, cpus: [...one.cpus, ...cpus] } : one,
        );
        return {};
      },
      'pool/create': ({
        pool: name,
        cpus,
        scheduler,
      }: {
        pool: string;
        cpus: number[];
        scheduler: 'credit';
      }) => {
        lab.pools = [...lab.pools, pool(1, name, cpus, scheduler)];
        return {};
      },
      'pool/destroy': ({ pool: name }: { pool: string }) => {
        if (lab.rows.some((one) => one.pool === name)) throw refusal('There are domains in it.');
        lab.pools = lab.pools.filter((one) => one.name !== name);
        return {};
      },
      'pool/rename': ({ pool: name, name: next }: { pool: string; name: string }) => {
        lab.pools = lab.pools.map((one) => (one.name === name ? { ...one, name: next } : one));
        return {};
      },
      'pool/moveDomain': ({ pool: name }: { pool: string }) => {
        lab.rows = lab.rows.map((one) => (one.domid === 16 ? { ...one, pool: name } : one));
        return {};
      },
      'scheduler/setDomain': (values: { weight: number; cap: number }) => {
        const { vcpus = [] } = lab.schedule.get(16) ?? {};
        lab.schedule.set(16, { weight: values.weight, cap: values.cap, vcpus });
        return {};
      },
    };
    const steps: Step[] = [
      { xl: 'cpupool-cpu-remove Pool-0 1', code: true },
      { xl: 'cpupool-list' },
      { xl: 'info', grep: /nr_cpus|free_cpus/ },
      { xl: 'cpupool-create name="pool1" sched="credit" cpus="1"', code: true },
      { xl: 'cpupool-list' },
      { xl: 'cpupool-list -c' },
      { xl: 'cpupool-migrate pv1 pool1', code: true },
      { xl: 'cpupool-list' },
      { xl: 'sched-credit' },
      { xl: 'sched-credit -s' },
      { xl: 'sched-credit -d pv1 -w 512 -c 20', code: true },
      { xl: 'sched-credit -d pv1' },
      { xl: 'sched-credit2' },
      { xl: 'list -l pv1', grep: /pool|sched|weight|cap/i },
      { xl: 'vcpu-list' },
      { xl: 'cpupool-destroy pool1', code: true },
      { xl: 'cpupool-migrate pv1 Pool-0', code: true },
      { xl: 'cpupool-rename pool1 pool2', code: true },
      { xl: 'cpupool-list' },
      { xl: 'cpupool-destroy pool2', code: true },
      { xl: 'cpupool-cpu-add Pool-0 1', code: true },
      { xl: 'cpupool-list -c' },
    ];
    const ran = await session(lab, steps, answers);
    expect(ran.out.split('\n')).toEqual(recorded('cpupool-ops', 'out').split('\n'));
    expect(ran.err).toBe(recorded('cpupool-ops', 'err'));
  });

  it('shutdown -w waits until the guest has shut down', async () => {
    const lab = newLab();
    lab.rows = [row(0, 'Domain-0'), row(21, 'hvm1')];
    const answers: Answers = {
      'domain/shutdown': async () => {
        lab.rows = [row(0, 'Domain-0'), row(21, 'hvm1', { letters: '---s--', shutdownCode: 0 })];
        return new Promise(() => undefined);
      },
    };
    const ran = await runInLab(lab, ['shutdown', '-w', 'hvm1'], answers);
    const withoutTimes = recorded('hvm-shutdown', 'err').split('\n\n')[0];
    expect(ran).toEqual({ rc: 0, out: '', err: `${withoutTimes}\n` });
  });

  it('network-detach of a device that is not there', async () => {
    const err = recorded('network-detach', 'err');
    expect(await runInLab(newLab(), ['network-detach', 'pv1', '9'])).toEqual({ rc: 1, out: '', err });
  });
});
