import { describe, expect, it } from 'vitest';
import { ConsoleMux, scrollbackBytes } from '../../../engine/display/console-mux.ts';

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const bytes = (value: string) => new TextEncoder().encode(value);
const deaf = { send: () => 0 };

/** Opens a reader and writes down everything it hears. */
function listen(mux: ConsoleMux, credit = 0) {
  const reader = mux.open();
  const heard: string[] = [];
  reader.onGap((lost) => heard.push(`gap ${lost}`));
  reader.onEvent((event, detail) => heard.push(`${event}: ${detail}`));
  reader.onData((data) => heard.push(text(data)));
  reader.credit(credit);
  return { reader, heard };
}

describe('readers of a console', () => {
  it('get the scrollback first, then what comes', () => {
    const mux = new ConsoleMux();
    mux.attach(deaf, 'domid 1');
    mux.push(bytes('booting\n'));
    const { heard } = listen(mux, 1000);
    mux.push(bytes('login: '));
    expect(heard).toEqual(['attached: domid 1', 'booting\n', 'login: ']);
  });

  it('hear at once whether the domain is off', () => {
    expect(listen(new ConsoleMux()).heard).toEqual(['ended: The domain is off.']);
  });

  it('get as many bytes as they gave credit for', () => {
    const mux = new ConsoleMux();
    mux.push(bytes('abcdefgh'));
    const { reader, heard } = listen(mux, 3);
    reader.credit(2);
    reader.credit(-1);
    reader.credit(Number.NaN);
    expect(heard.slice(1)).toEqual(['abc', 'de']);
  });

  it('get at most 16 KiB in one piece', () => {
    const mux = new ConsoleMux();
    mux.push(new Uint8Array(40_000));
    const reader = mux.open();
    const sizes: number[] = [];
    reader.onData((data) => sizes.push(data.length));
    reader.credit(1e6);
    expect(sizes).toEqual([16384, 16384, 7232]);
  });

  it('do not hold each other up, and the slow one is told what it lost', () => {
    const mux = new ConsoleMux();
    const slow = listen(mux, 1);
    const fast = listen(mux, 4 * 1024 * 1024);
    mux.push(bytes('x'.repeat(scrollbackBytes)));
    mux.push(bytes('y'.repeat(101)));
    expect(fast.heard.join('')).toHaveLength('ended: The domain is off.'.length + scrollbackBytes + 101);
    slow.reader.credit(2);
    expect(slow.heard.slice(1)).toEqual(['x', 'gap 100', 'xx']);
  });

  it('hear of a restart at its place in the stream, even when they come to it late', () => {
    const mux = new ConsoleMux();
    mux.attach(deaf, 'domid 1');
    const { reader, heard } = listen(mux);
    mux.push(bytes('old'));
    mux.detach('rebooting');
    mux.attach(deaf, 'domid 2');
    mux.push(bytes('new'));
    expect(heard).toEqual(['attached: domid 1']);
    reader.credit(100);
    expect(heard).toEqual(['attached: domid 1', 'old', 'ended: rebooting', 'restarted: domid 2', 'new']);
  });

  it('may give credit, write and close from inside a listener', () => {
    const mux = new ConsoleMux();
    mux.push(bytes('0123456789'));
    const reader = mux.open();
    const heard: string[] = [];
    reader.onData((data) => {
      heard.push(text(data));
      if (heard.length === 3) reader.close();
      else reader.credit(2);
    });
    reader.credit(2);
    mux.push(bytes('more'));
    expect(heard).toEqual(['01', '23', '45']);
    expect(mux.readers).toBe(0);
  });

  it('keep only the newest events of a backlog', () => {
    const mux = new ConsoleMux();
    const { reader, heard } = listen(mux);
    mux.push(bytes('.'));
    for (let i = 0; i < 100; i += 1) {
      mux.attach(deaf, `domid ${i}`);
      mux.detach('off');
    }
    reader.credit(10);
    expect(heard.length).toBeLessThan(20);
    expect(heard.at(-1)).toBe('ended: off');
  });
});

describe('typing into a console', () => {
  function machine(room: number) {
    const typed: string[] = [];
    const port = {
      room,
      typed,
      send(data: Uint8Array) {
        const taken = Math.min(port.room, data.length);
        port.room -= taken;
        typed.push(text(data.subarray(0, taken)));
        return taken;
      },
    };
    return port;
  }

  it('reaches the guest from every reader', () => {
    const mux = new ConsoleMux();
    const port = machine(100);
    mux.attach(port, '');
    expect(mux.open().write(bytes('ls'))).toBe(2);
    expect(mux.open().write(bytes('\n'))).toBe(1);
    expect(port.typed.join('')).toBe('ls\n');
  });

  it('is refused when the domain is off', () => {
    const mux = new ConsoleMux();
    expect(mux.open().write(bytes('ls'))).toBe(0);
    mux.attach(machine(10), '');
    mux.detach('');
    expect(mux.open().write(bytes('ls'))).toBe(0);
  });

  it('waits in order, up to 64 KiB, while the guest does not take it', () => {
    const mux = new ConsoleMux();
    const port = machine(3);
    mux.attach(port, '');
    const reader = mux.open();
    expect(reader.write(bytes('abcde'))).toBe(5);
    expect(reader.write(bytes('fg'))).toBe(2);
    expect(reader.write(new Uint8Array(100_000))).toBe(65_536 - 4);
    expect(reader.write(bytes('z'))).toBe(0);
    port.room = 3;
    mux.drained();
    expect(port.typed.join('')).toBe('abcdef');
    port.room = 1e6;
    mux.drained();
    expect(port.typed.join('')).toHaveLength(65_536 + 3);
  });

  it('that the old guest has not taken is not given to the next one', () => {
    const mux = new ConsoleMux();
    mux.attach(machine(0), '');
    mux.open().write(bytes('rm -rf'));
    mux.detach('');
    const next = machine(100);
    mux.attach(next, '');
    mux.drained();
    expect(next.typed).toEqual([]);
  });
});
