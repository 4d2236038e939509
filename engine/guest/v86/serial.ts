/**
 * Serial ports on the worker's side. Output is collected and sent in batches; input is fed at the pace at which the
 * guest empties its UART's FIFO. v86's UART writes every byte through a named event and formats it for a log that
 * does not exist: both are bypassed here, which makes output several times faster.
 */
import type { Cpu, IoPort, Uart } from './internals.ts';
import type { StatePart } from './internals-state.ts';
import { SERIAL_OUTPUT_WINDOW, SERIAL_PORTS, type FromWorker } from './protocol.ts';

/** A 16550A's FIFO. */
const FIFO_BYTES = 16;
/** Input per slice (a millisecond or two): a few times the pace of a 115,200 baud line, which drivers keep up with. */
const INPUT_PER_SLICE = 64;
const BATCH_BYTES = 16 * 1024;
/** A busy guest's output is sent at least this often. */
const BATCH_MS = 4;
/** Report consumed input at the latest after this much. */
const FED_REPORT_BYTES = 4096;
const PORT_BASES = [0x3f8, 0x2f8, 0x3e8, 0x2e8];

/** Bits of v86's UART registers. */
const DIVISOR_LATCH = 0x80;
const LOOPBACK = 0x10;
const THR_EMPTY = 2;
const NO_INTERRUPT = 1;

type Post = (message: FromWorker, transfer: ArrayBuffer[]) => void;

class SerialPort implements StatePart {
  readonly uart: Uart;
  readonly #number: number;
  readonly #post: Post;
  readonly #output = new Uint8Array(BATCH_BYTES);
  #outputLength = 0;
  #outputSinceMs = -1;
  #input: Uint8Array[] = [];
  #inputOffset = 0;
  #fed = 0;
  #feedable = 0;
  #sent = 0;

  constructor(number: number, uart: Uart, ports: readonly IoPort[], post: Post) {
    this.#number = number;
    this.uart = uart;
    this.#post = post;
    const writeData = uart.write_data.bind(uart);
    const transmit = (byte: number): void => {
      if (uart.line_control & DIVISOR_LATCH || uart.modem_control & LOOPBACK) return writeData(byte);
      if ((uart.ints & (1 << THR_EMPTY)) === 0) uart.ThrowInterrupt(THR_EMPTY);
      this.#output[this.#outputLength++] = byte;
      if (this.#outputLength === BATCH_BYTES) this.flush();
    };
    uart.write_data = transmit;
    quicken(uart, PORT_BASES[number]!, ports, transmit);
    this.#refillOnRead(ports[PORT_BASES[number]!]!);
    // In loopback the guest is its own sender: without a bound it could fill the host's memory.
    const received = uart.data_received.bind(uart);
    uart.data_received = (byte) => {
      if (uart.input.length < FIFO_BYTES) received(byte);
    };
  }

  /** Bytes sent since the last question. */
  takeSent(): number {
    const sent = this.#sent;
    this.#sent = 0;
    return sent;
  }

  queue(bytes: Uint8Array): void {
    if (bytes.length > 0) this.#input.push(bytes);
  }

  /** Allows the next slice its input, and begins with it. True when bytes reached the UART. */
  feed(): boolean {
    this.#feedable = INPUT_PER_SLICE;
    return this.#fillFifo();
  }

  flushIfDue(nowMs: number, idle: boolean): void {
    if (this.#outputLength === 0) return;
    if (this.#outputSinceMs < 0) this.#outputSinceMs = nowMs;
    if (idle || nowMs - this.#outputSinceMs >= BATCH_MS) this.flush();
  }

  /** What is in the FIFO, which v86 forgets, and what waits to get there. */
  get_state(): unknown[] {
    const waiting = this.#input.map((chunk, index) => chunk.slice(index === 0 ? this.#inputOffset : 0));
    return [new Uint8Array(this.uart.input), ...waiting];
  }

  set_state(state: unknown[]): void {
    const [fifo, ...waiting] = state.filter((bytes) => bytes instanceof Uint8Array);
    this.uart.input.splice(0, Infinity, ...(fifo?.subarray(0, FIFO_BYTES) ?? []));
    this.#input = waiting.filter((bytes) => bytes.length > 0);
    this.#inputOffset = 0;
  }

  flush(): void {
    const bytes = this.#output.slice(0, this.#outputLength);
    this.#sent += bytes.length;
    this.#outputLength = 0;
    this.#outputSinceMs = -1;
    this.#post({ op: 'serial', port: this.#number, bytes }, [bytes.buffer]);
  }

  /** When the guest has emptied the FIFO, the next bytes follow at once, up to the slice's allowance. */
  #refillOnRead(data: IoPort): void {
    const read = data.read8;
    data.read8 = (port) => {
      const byte = read.call(data.device, port);
      this.#fillFifo();
      return byte;
    };
  }

  #fillFifo(): boolean {
    if (this.#input.length === 0 || this.#feedable === 0 || this.uart.input.length > 0) return false;
    let room = Math.min(FIFO_BYTES, this.#feedable);
    this.#feedable -= room;
    while (room > 0 && this.#input.length > 0) {
      const chunk = this.#input[0]!;
      const end = Math.min(chunk.length, this.#inputOffset + room);
      for (let at = this.#inputOffset; at < end; at += 1) this.uart.data_received(chunk[at]!);
      room -= end - this.#inputOffset;
      this.#fed += end - this.#inputOffset;
      this.#inputOffset = end;
      if (end < chunk.length) break;
      this.#input.shift();
      this.#inputOffset = 0;
    }
    if (this.#input.length === 0 || this.#fed >= FED_REPORT_BYTES) this.#reportFed();
    return true;
  }

  #reportFed(): void {
    this.#post({ op: 'serial-fed', port: this.#number, bytes: this.#fed }, []);
    this.#fed = 0;
  }
}

/** All serial ports of a machine. */
export class SerialBoard implements StatePart {
  readonly #ports: readonly SerialPort[];
  #unacknowledged = 0;

  constructor(cpu: Cpu, post: Post) {
    const { uart0, uart1, uart2, uart3 } = cpu.devices;
    const uarts = [uart0, uart1, uart2, uart3];
    shareInterrupts(cpu, uarts);
    this.#ports = uarts.map((uart, number) => new SerialPort(number, uart, cpu.io.ports, post));
  }

  /** More than the window is unacknowledged. */
  get congested(): boolean {
    return this.#unacknowledged > SERIAL_OUTPUT_WINDOW;
  }

  /** True when this ends a congestion: the guest may go on. */
  acknowledge(bytes: number): boolean {
    const before = this.congested;
    this.#unacknowledged = Math.max(0, this.#unacknowledged - bytes);
    return before && !this.congested;
  }

  queue(port: number, bytes: Uint8Array): void {
    if (port >= 0 && port < SERIAL_PORTS) this.#ports[port]?.queue(bytes);
  }

  /** True when any port took input. */
  feed(): boolean {
    let fed = false;
    for (const port of this.#ports) fed = port.feed() || fed;
    return fed;
  }

  get_state(): unknown[] {
    return [...this.#ports];
  }

  set_state(states: unknown[]): void {
    for (const [number, port] of this.#ports.entries()) port.set_state(states[number] as unknown[]);
  }

  flushIfDue(nowMs: number, idle: boolean): void {
    for (const port of this.#ports) {
      port.flushIfDue(nowMs, idle);
      this.#unacknowledged += port.takeSent();
    }
  }
}

/** The highest pending cause that is enabled, as IIR shows it. */
function interruptCause(uart: Uart): number {
  if (uart.ints & 0x1000 && uart.ier & 1) return 0x0c;
  if (uart.ints & 0x10 && uart.ier & 1) return 0x04;
  if (uart.ints & 0x04 && uart.ier & 2) return 0x02;
  if (uart.ints & 0x01 && uart.ier & 8) return 0x00;
  return NO_INTERRUPT;
}

/**
 * Ports 0 and 2, and 1 and 3, share an interrupt line. v86 lets each port lower it, which loses the other's
 * interrupt; here the line is up while either port has something to say.
 */
function shareInterrupts(cpu: Cpu, uarts: readonly Uart[]): void {
  for (const uart of uarts) {
    const others = uarts.filter((other) => other !== uart && other.irq === uart.irq);
    uart.CheckInterrupt = () => {
      uart.iir = interruptCause(uart);
      const up = uart.iir !== NO_INTERRUPT || others.some((other) => other.iir !== NO_INTERRUPT);
      if (up) cpu.device_raise_irq(uart.irq);
      else cpu.device_lower_irq(uart.irq);
    };
  }
}

/** The registers a driver touches for every few bytes, without v86's detours. */
function quicken(uart: Uart, base: number, ports: readonly IoPort[], transmit: (byte: number) => void): void {
  ports[base]!.write8 = transmit;
  ports[base + 5]!.read8 = () => uart.lsr;
  ports[base + 2]!.read8 = () => {
    const shown = (uart.iir & 0x0f) | (uart.fifo_control & 1 ? 0xc0 : 0);
    if (uart.iir === THR_EMPTY) uart.ClearInterrupt(THR_EMPTY);
    return shown;
  };
}
