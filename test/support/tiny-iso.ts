import { bootSector, programs } from './boot-sector.ts';

/** ISO 9660 images without Rock Ridge, small enough to be made in a test. */

const sector = 2048;

interface Node {
  readonly name: string;
  readonly children: Node[] | null;
  readonly data: Uint8Array;
  at: number;
  bytes: number;
}

function bothEndian32(to: Buffer, at: number, value: number): void {
  to.writeUInt32LE(value, at);
  to.writeUInt32BE(value, at + 4);
}

function record(name: string | number, { at, bytes, children }: Node): Buffer {
  const text = typeof name === 'number' ? Buffer.from([name]) : Buffer.from(name, 'latin1');
  const entry = Buffer.alloc(33 + text.length + (text.length % 2 === 0 ? 1 : 0));
  entry[0] = entry.length;
  bothEndian32(entry, 2, at);
  bothEndian32(entry, 10, bytes);
  entry[25] = children ? 2 : 0;
  entry[28] = 1;
  entry[31] = 1;
  entry[32] = text.length;
  text.copy(entry, 33);
  return entry;
}

function treeOf(files: Readonly<Record<string, string | Uint8Array>>): Node {
  const root: Node = { name: '', children: [], data: new Uint8Array(), at: 0, bytes: sector };
  for (const [path, content] of Object.entries(files)) {
    const parts = path.split('/').filter(Boolean);
    const file = parts.pop() ?? '';
    let folder = root;
    for (const name of parts) {
      let next = folder.children?.find((child) => child.name === name);
      if (!next) {
        next = { name, children: [], data: new Uint8Array(), at: 0, bytes: sector };
        folder.children?.push(next);
      }
      folder = next;
    }
    const data = typeof content === 'string' ? Buffer.from(content) : content;
    folder.children?.push({ name: file, children: null, data, at: 0, bytes: data.length });
  }
  return root;
}

function everyNode(node: Node): Node[] {
  return [node, ...(node.children ?? []).flatMap(everyNode)];
}

function folderSector(node: Node, parent: Node): Buffer {
  const entries = [
    record(0, node),
    record(1, parent),
    ...(node.children ?? []).map((child) => record(child.name, child)),
  ];
  const out = Buffer.alloc(sector);
  Buffer.concat(entries).copy(out);
  return out;
}

/** A CD with these files and this label; `boots`: with an El Torito record whose loader says `.`. */
export function tinyIso(
  label: string,
  files: Readonly<Record<string, string | Uint8Array>>,
  boots = true,
): Buffer {
  const root = treeOf(files);
  const nodes = everyNode(root);
  let next = 21;
  for (const node of nodes) {
    node.at = next;
    next += node.children ? 1 : Math.max(1, Math.ceil(node.data.length / sector));
  }
  const cd = Buffer.alloc(next * sector);
  const primary = cd.subarray(16 * sector, 17 * sector);
  primary[0] = 1;
  primary.write('CD001\x01', 1, 'latin1');
  primary.write(label.padEnd(32), 40, 'latin1');
  bothEndian32(primary, 80, next);
  primary.writeUInt16LE(sector, 128);
  primary.writeUInt16BE(sector, 130);
  record(0, root).copy(primary, 156);
  cd.write('\xffCD001\x01', 18 * sector, 'latin1');
  const parents = new Map(nodes.flatMap((node) => (node.children ?? []).map((child) => [child, node])));
  for (const node of nodes) {
    if (node.children) folderSector(node, parents.get(node) ?? root).copy(cd, node.at * sector);
    else cd.set(node.data, node.at * sector);
  }
  if (boots) addLoader(cd);
  else cd.write('\xffCD001\x01', 17 * sector, 'latin1');
  return cd;
}

function addLoader(cd: Buffer): void {
  const record = cd.subarray(17 * sector, 18 * sector);
  record.write('\0CD001\x01EL TORITO SPECIFICATION', 'latin1');
  record.writeUInt32LE(19, 0x47);
  const catalogue = cd.subarray(19 * sector);
  catalogue[0] = 1;
  catalogue.writeUInt16LE(0xaa55, 0x1e);
  catalogue[0x20] = 0x88;
  catalogue.writeUInt16LE(1, 0x26);
  catalogue.writeUInt32LE(20, 0x28);
  bootSector(programs.say('.')).copy(cd, 20 * sector);
}
