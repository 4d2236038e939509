/** Where pCPUs sit: what `xl info -n` prints for the embedded host. */

export interface PcpuPlace {
  readonly cpu: number;
  readonly core: number;
  readonly socket: number;
  readonly node: number;
}

export interface NumaNode {
  readonly node: number;
  readonly totalKiB: number;
  readonly freeKiB: number;
  /** To each node by number; 10 = local. */
  readonly distances: readonly number[];
}

export interface TopologyConfig {
  /** pCPUs that exist, 1..4096. */
  readonly pcpus: number;
  /** Default: all in one socket. */
  readonly sockets?: number;
  /** Default 1. */
  readonly threadsPerCore?: number;
  /** Memory nodes; sockets are dealt out to them in order. Default 1. */
  readonly nodes?: number;
}

const localDistance = 10;
const remoteDistance = 20;

/** An immutable layout: cpu numbers run through threads, then cores, then sockets. */
export class Topology {
  readonly places: readonly PcpuPlace[];
  readonly sockets: number;
  readonly nodes: number;
  readonly coresPerSocket: number;
  readonly threadsPerCore: number;

  /** Throws RangeError for counts that do not divide up evenly: a host that cannot exist. */
  constructor(config: TopologyConfig) {
    const { pcpus, sockets = 1, threadsPerCore = 1, nodes = 1 } = config;
    const counts = [pcpus, sockets, threadsPerCore, nodes];
    const whole = counts.every((count) => Number.isInteger(count) && count >= 1 && count <= 4096);
    if (!whole || pcpus % (sockets * threadsPerCore) !== 0 || sockets % nodes !== 0) {
      throw new RangeError(
        `${pcpus} pCPUs cannot be ${sockets} sockets, ${threadsPerCore} threads a core, ${nodes} nodes`,
      );
    }
    this.sockets = sockets;
    this.nodes = nodes;
    this.threadsPerCore = threadsPerCore;
    this.coresPerSocket = pcpus / sockets / threadsPerCore;
    const perSocket = pcpus / sockets;
    this.places = Array.from({ length: pcpus }, (_, cpu) => {
      const socket = Math.floor(cpu / perSocket);
      const core = Math.floor((cpu % perSocket) / threadsPerCore);
      return { cpu, core, socket, node: Math.floor(socket / (sockets / nodes)) };
    });
  }

  get pcpus(): number {
    return this.places.length;
  }

  /** pCPUs of a node, ascending; empty for a node that does not exist. */
  cpusOfNode(node: number): number[] {
    return this.places.filter((place) => place.node === node).map((place) => place.cpu);
  }

  /** Memory spread evenly over the nodes, the remainder on node 0. */
  numa(memory: { totalKiB: number; freeKiB: number }): NumaNode[] {
    const share = (kib: number, node: number): number => {
      const each = Math.floor(kib / this.nodes);
      return node === 0 ? kib - each * (this.nodes - 1) : each;
    };
    return Array.from({ length: this.nodes }, (_, node) => ({
      node,
      totalKiB: share(memory.totalKiB, node),
      freeKiB: share(memory.freeKiB, node),
      distances: Array.from({ length: this.nodes }, (__, to) =>
        to === node ? localDistance : remoteDistance,
      ),
    }));
  }
}
