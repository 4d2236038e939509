import { splitPair, strtok, strtoul, toUint32, toUint64 } from '../cnumber.ts';
import type { Value } from '../syntax/document.ts';
import { type Context, defbool, MAX_VCPUS, notAList } from './context.ts';

const ULONG_MAX = (1n << 64n) - 1n;

/** Each node holds a distance to every other one. */
const MAX_NODES = 512;

interface Node {
  memkb: bigint;
  distances: number[];
  pnode: number;
  ranges: (readonly [bigint, bigint])[];
}

function ulong(context: Context, text: string): bigint {
  const { value, end } = strtoul(text, 10);
  if (end === 0 || value === ULONG_MAX)
    context.fail('bad-number', `xl: failed to convert "${text}" to number`, { near: text });
  return value;
}

/** `A` or `A-B`; anything else counts as what could be read of it. */
function range(text: string): readonly [bigint, bigint] {
  const first = strtoul(text, 10);
  if (text[first.end] !== '-') return [first.value, first.value];
  return [first.value, strtoul(text.slice(first.end + 1), 10).value];
}

class VnumaReader {
  readonly nodes: Node[] = [];
  vcpuCount = 0n;
  memkb = 0n;
  readonly #context: Context;

  constructor(context: Context, count: number) {
    this.#context = context;
    for (let index = 0; index < count; index++)
      this.nodes.push({
        memkb: ULONG_MAX,
        distances: new Array<number>(count).fill(0),
        pnode: 0,
        ranges: [],
      });
  }

  option(node: Node, text: string): void {
    const pair = splitPair(text);
    if (pair === undefined)
      this.#context.fail('vnuma', `xl: failed to split "${text}" into pair`, { near: text });
    const [key, value] = pair;
    if (key === 'pnode') this.#pnode(node, value);
    else if (key === 'size') {
      node.memkb = ulong(this.#context, value) << 10n;
      this.memkb += node.memkb;
    } else if (key === 'vcpus') this.#vcpus(node, value);
    else if (key === 'vdistances') this.#distances(node, value);
  }

  #pnode(node: Node, value: string): void {
    const context = this.#context;
    const pnode = ulong(context, value);
    if (pnode >= BigInt(context.host.topology.nodes.length))
      context.fail('vnuma', `xl: invalid pnode number: ${pnode}`, { near: value });
    node.pnode = Number(pnode);
    context.build.numa_placement = defbool(false);
  }

  #vcpus(node: Node, value: string): void {
    for (const item of strtok(value, ',')) {
      const [from, to] = range(item);
      if (to < from) continue;
      this.vcpuCount += to - from + 1n;
      node.ranges.push([from, to]);
    }
  }

  #distances(node: Node, value: string): void {
    for (const [index, item] of strtok(value, ',').entries())
      if (index < node.distances.length) node.distances[index] = toUint32(ulong(this.#context, item));
  }
}

/** The virtual NUMA layout; its sums must agree with maxvcpus and maxmem (xl-cfg reference §4). */
export function vnuma(context: Context): void {
  const list = context.reader.list('vnuma', 'quiet');
  if (list === undefined || list.length === 0) return;
  if (list.length > MAX_NODES || (context.build.max_vcpus as number) > MAX_VCPUS)
    context.fail('vnuma', 'libxl_node_bitmap_alloc failed.', { param: 'vnuma' });
  const reader = new VnumaReader(context, list.length);
  for (const [index, item] of list.entries()) readNode(context, reader, reader.nodes[index] as Node, item);
  checkVcpus(context, reader.vcpuCount);
  const { build } = context;
  if (build.max_memkb !== undefined && build.max_memkb !== toUint64(reader.memkb))
    context.fail('vnuma', 'xl: maxmem and vnuma memory size mismatch', { param: 'vnuma' });
  build.max_memkb = toUint64(reader.memkb);
  build.vnuma_nodes = reader.nodes.map(({ memkb, distances, pnode, ranges }) => ({
    memkb: memkb === ULONG_MAX ? undefined : toUint64(memkb),
    distances,
    pnode,
    vcpus: members(ranges, build.max_vcpus as number),
  }));
}

/** The numbers below `limit` that some range covers. */
function members(ranges: Node['ranges'], limit: number): number[] {
  const step = new Int32Array(limit + 1);
  for (const [from, to] of ranges) {
    if (from >= BigInt(limit)) continue;
    step[Number(from)] = (step[Number(from)] as number) + 1;
    const next = Number(to) + 1;
    if (next < limit) step[next] = (step[next] as number) - 1;
  }
  const found: number[] = [];
  for (let vcpu = 0, covered = 0; vcpu < limit; vcpu++) {
    covered += step[vcpu] as number;
    if (covered > 0) found.push(vcpu);
  }
  return found;
}

function readNode(context: Context, reader: VnumaReader, node: Node, item: Value): void {
  if (typeof item === 'string') {
    context.warn('warn-not-a-list', notAList(context, 'vnuma'));
    context.fail('vnuma', 'xl: cannot get vnode config option list', { param: 'vnuma' });
  }
  for (const option of item) if (typeof option === 'string') reader.option(node, option);
}

function checkVcpus(context: Context, count: bigint): void {
  const { build } = context;
  if (build.max_vcpus !== 0) {
    if (BigInt(build.max_vcpus as number) !== count)
      context.fail('vnuma', 'xl: vnuma vcpus and maxvcpus= mismatch', { param: 'vnuma' });
    return;
  }
  if (BigInt(context.host.topology.cpuCount) < count) {
    const text = 'xl: vnuma specifies more vcpus than pcpus, use maxvcpus= to override this check.';
    context.fail('vnuma', text, { param: 'vnuma' });
  }
  build.max_vcpus = Number(count);
}
