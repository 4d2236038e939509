import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../engine/lib/clock.ts';
import { Bridge, type BridgePort } from '../../../engine/network/bridge.ts';

const broadcast = 'ff:ff:ff:ff:ff:ff';
const a = '00:16:3e:00:00:0a';
const b = '00:16:3e:00:00:0b';
const c = '00:16:3e:00:00:0c';

function frame(to: string, from: string, length = 60): Uint8Array {
  const bytes = new Uint8Array(length);
  bytes.set([...to.split(':'), ...from.split(':')].map((digits) => parseInt(digits, 16)).slice(0, length));
  return bytes;
}

function setup(...names: string[]) {
  const clock = new ManualClock();
  const bridge = new Bridge('xenbr0', clock);
  const heard: Record<string, number> = {};
  const ports = Object.fromEntries(
    names.map((name) => {
      heard[name] = 0;
      return [name, bridge.attach(name, () => (heard[name] = (heard[name] ?? 0) + 1))];
    }),
  ) as Record<string, BridgePort>;
  const send = (port: string, bytes: Uint8Array) => ports[port]?.send(bytes);
  return { clock, bridge, heard, ports, send };
}

describe('a bridge between guests', () => {
  it('floods broadcasts to every port but the sender', () => {
    const { heard, send } = setup('vif1.0', 'vif2.0', 'vif3.0');
    send('vif1.0', frame(broadcast, a));
    expect(heard).toEqual({ 'vif1.0': 0, 'vif2.0': 1, 'vif3.0': 1 });
  });

  it('learns where a station is and sends its frames there only', () => {
    const { heard, send, bridge } = setup('vif1.0', 'vif2.0', 'vif3.0');
    send('vif2.0', frame(broadcast, b));
    send('vif1.0', frame(b, a));
    expect(heard).toEqual({ 'vif1.0': 1, 'vif2.0': 1, 'vif3.0': 1 });
    expect(bridge.stations()).toEqual([
      { mac: b, port: 'vif2.0' },
      { mac: a, port: 'vif1.0' },
    ]);
  });

  it('floods frames for stations it does not know', () => {
    const { heard, send } = setup('vif1.0', 'vif2.0', 'vif3.0');
    send('vif1.0', frame(c, a));
    expect(heard).toEqual({ 'vif1.0': 0, 'vif2.0': 1, 'vif3.0': 1 });
  });

  it('follows a station that moves to another port', () => {
    const { heard, send } = setup('vif1.0', 'vif2.0', 'vif3.0');
    send('vif2.0', frame(broadcast, b));
    send('vif3.0', frame(broadcast, b));
    send('vif1.0', frame(b, a));
    expect(heard).toEqual({ 'vif1.0': 2, 'vif2.0': 1, 'vif3.0': 2 });
  });

  it('forgets a station not heard for five minutes', () => {
    const { heard, send, clock } = setup('vif1.0', 'vif2.0', 'vif3.0');
    send('vif2.0', frame(broadcast, b));
    clock.advance(300_001);
    send('vif1.0', frame(b, a));
    expect(heard['vif3.0']).toBe(2);
  });

  it('does not send a frame back to where it came from', () => {
    const { heard, send } = setup('vif1.0', 'vif2.0');
    send('vif1.0', frame(broadcast, a));
    send('vif1.0', frame(broadcast, b));
    send('vif1.0', frame(a, b));
    expect(heard).toEqual({ 'vif1.0': 0, 'vif2.0': 2 });
  });

  it('keeps frames between neighbours (spanning tree, pause, LLDP) to itself', () => {
    const { heard, send } = setup('vif1.0', 'vif2.0');
    send('vif1.0', frame('01:80:c2:00:00:0e', a));
    expect(heard['vif2.0']).toBe(0);
  });

  it.each([
    ['shorter than an Ethernet header', 13, 0],
    ['a bare header', 14, 1],
    ['the longest with a VLAN tag', 1518, 1],
    ['longer than that', 1519, 0],
  ])('frame size: %s', (_, length, delivered) => {
    const { heard, send, ports } = setup('vif1.0', 'vif2.0');
    send('vif1.0', frame(broadcast, a, length));
    expect(heard['vif2.0']).toBe(delivered);
    expect(ports['vif1.0']?.counters.rxDropped).toBe(1 - delivered);
  });

  it('counts frames and bytes per port, as seen from the bridge', () => {
    const { send, ports } = setup('vif1.0', 'vif2.0');
    send('vif1.0', frame(broadcast, a, 100));
    send('vif1.0', frame(broadcast, a, 60));
    expect(ports['vif1.0']?.counters).toMatchObject({ rxFrames: 2, rxBytes: 160, txFrames: 0 });
    expect(ports['vif2.0']?.counters).toMatchObject({ txFrames: 2, txBytes: 160, rxFrames: 0 });
  });

  it('never learns a group address as a source', () => {
    const { bridge, send } = setup('vif1.0', 'vif2.0');
    send('vif1.0', frame(broadcast, '01:00:5e:00:00:01'));
    send('vif1.0', frame(broadcast, '00:00:00:00:00:00'));
    expect(bridge.stations()).toEqual([]);
  });

  it('lets a guest with endless addresses forget its own ones only', () => {
    const { bridge, send } = setup('vif1.0', 'vif2.0');
    send('vif2.0', frame(broadcast, b));
    for (let i = 0; i < 5000; i += 1) {
      const hex = i.toString(16).padStart(4, '0');
      send('vif1.0', frame(broadcast, `02:00:00:00:${hex.slice(0, 2)}:${hex.slice(2)}`));
    }
    expect(bridge.stations().length).toBe(257);
    expect(bridge.stations()).toContainEqual({ mac: b, port: 'vif2.0' });
  });

  it('stops a broadcast storm and lets the port speak again in the next second', () => {
    const { heard, send, clock, ports } = setup('vif1.0', 'vif2.0');
    for (let i = 0; i < 12_000; i += 1) send('vif1.0', frame(broadcast, a));
    expect(heard['vif2.0']).toBe(10_000);
    expect(ports['vif1.0']?.counters.rxDropped).toBe(2000);
    clock.advance(1000);
    send('vif1.0', frame(broadcast, a));
    expect(heard['vif2.0']).toBe(10_001);
  });

  it('is silent both ways on a port whose link is down', () => {
    const { heard, send, ports } = setup('vif1.0', 'vif2.0');
    ports['vif2.0']?.setLink(false);
    send('vif1.0', frame(broadcast, a));
    send('vif2.0', frame(broadcast, b));
    expect(heard).toEqual({ 'vif1.0': 0, 'vif2.0': 0 });
    ports['vif2.0']?.setLink(true);
    send('vif1.0', frame(broadcast, a));
    expect(heard['vif2.0']).toBe(1);
  });

  it('forgets a port that is unplugged, and refuses a second one of the same name', () => {
    const { bridge, heard, send, ports } = setup('vif1.0', 'vif2.0', 'vif3.0');
    send('vif2.0', frame(broadcast, b));
    expect(() => bridge.attach('vif2.0', () => {})).toThrow('has a port vif2.0 already');
    ports['vif2.0']?.detach();
    ports['vif2.0']?.detach();
    send('vif2.0', frame(broadcast, b));
    send('vif1.0', frame(b, a));
    expect(heard).toEqual({ 'vif1.0': 1, 'vif2.0': 0, 'vif3.0': 2 });
    expect(bridge.ports.map((port) => port.name)).toEqual(['vif1.0', 'vif3.0']);
  });
});
