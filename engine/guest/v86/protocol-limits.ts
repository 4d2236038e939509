/** Numbers both sides of a machine keep to. */

/** Bytes of serial input that may wait inside a machine, per port. */
export const SERIAL_INPUT_LIMIT = 64 * 1024;
/** Unacknowledged bytes of serial output, all ports together, beyond which the guest stands still. */
export const SERIAL_OUTPUT_WINDOW = 256 * 1024;
/** Bytes of frames (as packed) under way in one direction and not yet acknowledged; more are dropped and counted. */
export const FRAME_WINDOW = 512 * 1024;
/** Most guest memory in one answer. */
export const MEMORY_READ_LIMIT = 4 * 1024 * 1024;
export const SERIAL_PORTS = 4;
/** Streams of the console device travel like further serial ports: the XenStore's first, then the others'. */
export const CONSOLE_PORT_BASE = SERIAL_PORTS;
export const XENSTORE_PORT = CONSOLE_PORT_BASE;
/** Channels, and the terminal where there is one. */
export const CHANNEL_PORTS = 7;
/** Ports of the machine's own: no channel is named so. */
export const XENSTORE_NAME = 'org.xenproject.xenstore';
export const TERMINAL_NAME = 'org.xenproject.console.0';
export const isConsolePort = (name: string): boolean => name === XENSTORE_NAME || name === TERMINAL_NAME;
export const ALL_PORTS = CONSOLE_PORT_BASE + 1 + CHANNEL_PORTS;
