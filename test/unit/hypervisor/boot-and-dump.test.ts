import { describe, expect, it } from 'vitest';
import {
  bootLines,
  ConsoleRing,
  createScheduler,
  schedulerDump,
  Topology,
} from '../../../engine/hypervisor/index.ts';

describe('the first lines of xl dmesg', () => {
  const facts = {
    product: 'Domus 0.1.0',
    xenVersion: '4.17',
    machine: 'v86 0.5.462 (32-bit, one vCPU)',
    startedAt: new Date(Date.UTC(2026, 10, 20, 12, 0, 0)),
    commandLine: 'sched=credit2 dom0_mem=128M',
    cpuModel: 'A Processor',
    cpuMhz: 2596.1234,
    totalKiB: 2096612,
    dom0KiB: 131072,
    dom0Vcpus: 2,
    topology: new Topology({ pcpus: 2 }),
    scheduler: 'credit2' as const,
  };

  it("have the form of Xen's and say what this host is", () => {
    const ring = new ConsoleRing();
    for (const line of bootLines(facts)) ring.log(line);
    expect(ring.text().split('\n')).toEqual([
      '(XEN) Domus 0.1.0: embedded host, answers as Xen version 4.17 - Fri, 20 Nov 2026 12:00:00 GMT',
      '(XEN) Command line: sched=credit2 dom0_mem=128M',
      '(XEN) Guests execute on v86 0.5.462 (32-bit, one vCPU); PV and PVH kernels boot on its emulated hardware',
      '(XEN) CPU: A Processor',
      '(XEN) System RAM: 2047MB (2096612kB)',
      '(XEN) No NUMA configuration found',
      '(XEN) SMP: Allowing 2 CPUs (0 hotplug CPUs)',
      '(XEN) Using scheduler: SMP Credit Scheduler rev2 (credit2)',
      '(XEN) Initializing Credit2 scheduler',
      '(XEN)  runqueues arrangement: socket',
      '(XEN)  cap enforcement granularity: 1ms',
      '(XEN) Detected 2596.123 MHz processor.',
      '(XEN) Dom0 has maximum 2 VCPUs',
      '(XEN) Dom0 memory: 128MB',
      '',
    ]);
  });

  it('name nodes and the credit scheduler when there are such', () => {
    const topology = new Topology({ pcpus: 4, sockets: 2, nodes: 2 });
    const lines = bootLines({ ...facts, topology, scheduler: 'credit' });
    expect(lines).toContain('NUMA: 2 nodes');
    expect(lines).toContain('Using scheduler: SMP Credit Scheduler (credit)');
  });
});

describe('debug key r', () => {
  it('shows pools, domains, queues and who runs where', () => {
    const scheduler = createScheduler({ pcpus: 2, nowNs: 0 });
    scheduler.cpupools.removeCpu(0, 1);
    scheduler.cpupools.create({ name: 'pool1', scheduler: 'credit', cpus: [1] });
    scheduler.addDomain({ domid: 1, vcpus: 1 });
    scheduler.addDomain({ domid: 2, vcpus: 1, params: { weight: 512, cap: 50 } });
    const sample = (domid: number) => ({ domid, vcpu: 0, usedNs: 4e6, activity: 'running' as const });
    scheduler.tick(10e6, [sample(1), sample(2)]);
    expect(schedulerDump(scheduler.snapshot())).toEqual([
      'Cpupool 0:',
      'Scheduler: SMP Credit Scheduler rev2 (credit2)',
      '\tdefault-weight     = 256',
      '\tratelimit          = 1000us',
      'Domain info:',
      '\tDomain: 1 w 256 c 0 v 1',
      '\t  1: [1.0] cpu=0 credit=6500000 [w=256,cap=0] load=40%',
      '\tDomain: 2 w 512 c 50 v 1',
      '\t  1: [2.0] cpu=0 credit=8500000 [w=512,cap=50] load=40%',
      'Runqueue 0:',
      '\tcpus               = 0',
      '\t  0: [1.0] cpu=0 credit=6500000 [w=256,cap=0] load=40%',
      'CPUs info:',
      'CPU[00] current=d2v0',
      'Cpupool 1:',
      'Scheduler: SMP Credit Scheduler (credit)',
      '\tdefault-weight     = 256',
      '\ttslice             = 30ms',
      '\tratelimit          = 1000us',
      'Domain info:',
      'Runqueue 0:',
      '\tcpus               = 1',
      'CPUs info:',
      'CPU[01] current=d[IDLE]',
    ]);
  });
});
