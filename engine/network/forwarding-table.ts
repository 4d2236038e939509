/** Stations one port may have behind it; a port that shows more loses its own oldest, nobody else's. */
const maxStationsPerPort = 256;
/** A station not heard for this long is forgotten (a Linux bridge's default). */
const stationLifeMs = 300_000;

interface Station<P> {
  at: P;
  seenMs: number;
}

/** Bytes 0..5 (destination) or 6..11 (source) as one number: 48 bits fit a double exactly. */
function address(frame: Uint8Array, offset: number): number {
  const high = ((frame[offset] ?? 0) << 8) | (frame[offset + 1] ?? 0);
  const low =
    ((frame[offset + 2] ?? 0) << 24) |
    ((frame[offset + 3] ?? 0) << 16) |
    ((frame[offset + 4] ?? 0) << 8) |
    (frame[offset + 5] ?? 0);
  return high * 0x1_0000_0000 + (low >>> 0);
}

/** Broadcast or multicast destination. */
export function isGroupAddress(frame: Uint8Array): boolean {
  return ((frame[0] ?? 0) & 1) === 1;
}

/** Which station is behind which port (`P`), learnt from source addresses. Bounded per port; entries age out. */
export class ForwardingTable<P> {
  readonly #stations = new Map<number, Station<P>>();
  /** Addresses of each port, in the order they were learnt. */
  readonly #ofPort = new Map<P, Set<number>>();

  /** Notes the source of `frame` at `port`. Group addresses are never a source and all-zero is nobody: not learnt. */
  learn(frame: Uint8Array, port: P, nowMs: number): void {
    const source = address(frame, 6);
    const known = this.#stations.get(source);
    if (known?.at === port) {
      known.seenMs = nowMs;
      return;
    }
    if (source === 0 || ((frame[6] ?? 0) & 1) === 1) return;
    if (known) this.#ofPort.get(known.at)?.delete(source);
    const own = this.#ofPort.get(port) ?? new Set();
    this.#ofPort.set(port, own);
    if (own.size >= maxStationsPerPort) this.#dropOldest(own);
    own.add(source);
    this.#stations.set(source, { at: port, seenMs: nowMs });
  }

  /** Where the destination of `frame` is, if it was heard within the last five minutes. */
  find(frame: Uint8Array, nowMs: number): P | undefined {
    const destination = address(frame, 0);
    const station = this.#stations.get(destination);
    if (!station) return undefined;
    if (nowMs - station.seenMs <= stationLifeMs) return station.at;
    this.#stations.delete(destination);
    this.#ofPort.get(station.at)?.delete(destination);
    return undefined;
  }

  /** Forgets everything behind `port`. */
  forget(port: P): void {
    for (const mac of this.#ofPort.get(port) ?? []) this.#stations.delete(mac);
    this.#ofPort.delete(port);
  }

  list(nowMs: number): { mac: string; at: P }[] {
    return [...this.#stations]
      .filter(([, station]) => nowMs - station.seenMs <= stationLifeMs)
      .map(([mac, { at }]) => ({ mac: format(mac), at }));
  }

  #dropOldest(own: Set<number>): void {
    for (const mac of own) {
      own.delete(mac);
      this.#stations.delete(mac);
      return;
    }
  }
}

function format(mac: number): string {
  const digits = mac.toString(16).padStart(12, '0');
  return digits.match(/../g)?.join(':') ?? digits;
}
