import { describe, expect, it } from 'vitest';
import { ConsoleRing, Topology } from '../../../engine/hypervisor/index.ts';

describe('the hypervisor console', () => {
  it('marks every line, and clears', () => {
    const ring = new ConsoleRing();
    ring.log('Dom1 created\nDom1 unpaused');
    expect(ring.text()).toBe('(XEN) Dom1 created\n(XEN) Dom1 unpaused\n');
    ring.clear();
    expect(ring.text()).toBe('');
    ring.log('after');
    expect(ring.text()).toBe('(XEN) after\n');
  });

  it('keeps the last 16 KiB', () => {
    const ring = new ConsoleRing();
    for (let n = 0; n < 2000; n += 1) ring.log(`line ${n}`);
    expect(ring.read().length).toBe(16 * 1024);
    expect(ring.text().endsWith('(XEN) line 1999\n')).toBe(true);
  });

  it('shows control bytes as question marks and cuts endless lines', () => {
    const ring = new ConsoleRing();
    ring.log('a\x1b[2Jb\r\tc');
    expect(ring.text()).toBe('(XEN) a?[2Jb?\tc\n');
    ring.log('x'.repeat(5000));
    expect(ring.read().length).toBeLessThan(1100);
  });

  it('can be followed, telling what was lost', () => {
    const ring = new ConsoleRing(20);
    ring.log('one');
    const first = ring.since(0);
    ring.log('two');
    ring.log('three');
    const next = ring.since(first.end);
    expect(new TextDecoder().decode(next.bytes)).toBe('EN) two\n(XEN) three\n');
    expect(next.lost).toBe(2);
  });

  it('never shows half a character', () => {
    const ring = new ConsoleRing(6);
    ring.log('äöü');
    expect(ring.text()).toBe('öü\n');
  });
});

describe('topology', () => {
  it('numbers cpus through threads, cores, sockets and nodes', () => {
    const topology = new Topology({ pcpus: 8, sockets: 2, threadsPerCore: 2, nodes: 2 });
    expect(topology.places.map((p) => `${p.cpu}:${p.core}/${p.socket}/${p.node}`)).toEqual([
      '0:0/0/0',
      '1:0/0/0',
      '2:1/0/0',
      '3:1/0/0',
      '4:0/1/1',
      '5:0/1/1',
      '6:1/1/1',
      '7:1/1/1',
    ]);
    expect([topology.coresPerSocket, topology.threadsPerCore]).toEqual([2, 2]);
    expect([topology.cpusOfNode(1), topology.cpusOfNode(2)]).toEqual([[4, 5, 6, 7], []]);
  });

  it('is like the recorded host by default: one socket, one node at distance 10', () => {
    const topology = new Topology({ pcpus: 2 });
    expect(topology.coresPerSocket).toBe(2);
    expect(topology.numa({ totalKiB: 2096612, freeKiB: 1155072 })).toEqual([
      { node: 0, totalKiB: 2096612, freeKiB: 1155072, distances: [10] },
    ]);
  });

  it('loses no memory between nodes', () => {
    const nodes = new Topology({ pcpus: 3, sockets: 3, nodes: 3 }).numa({ totalKiB: 1000, freeKiB: 10 });
    expect(nodes.map((node) => node.totalKiB)).toEqual([334, 333, 333]);
    expect(nodes[1]?.distances).toEqual([20, 10, 20]);
  });

  it.each([
    { pcpus: 0 },
    { pcpus: 3, sockets: 2 },
    { pcpus: 4, sockets: 1, nodes: 2 },
    { pcpus: 6, threadsPerCore: 4 },
    { pcpus: 1e9 },
  ])('refuses a host that cannot exist: %o', (config) => {
    expect(() => new Topology(config)).toThrow(RangeError);
  });
});
