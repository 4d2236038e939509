import { DomusError, type XenstoreNode } from '../../../api/index.ts';
import { parseStoreLine, toPrinted } from '../parse/store.ts';
import { clean } from '../shell/text.ts';
import type { Xl } from '../xl.ts';

const maxChildren = 5000;
const maxBytes = 32 * 1024 * 1024;

/**
 * Lists what is beside and below a node, and passes on: the node itself (`=`), its children (`-`), and which of them have
 * children (`+`). `$1`: the node ('' is the root), `$2`: the one it is in.
 */
const nodeScript =
  'xenstore-ls -fp "$2" | awk \'BEGIN { p = ARGV[1]; ARGV[1] = ""; n = length(p) } ' +
  'index($0, p " = ") == 1 && n > 0 { print "=" $0; next } ' +
  'index($0, p "/") == 1 { rest = substr($0, n + 2); name = substr(rest, 1, index(rest, " = ") - 1); s = index(name, "/"); ' +
  'if (s == 0) print "-" rest; else { top = substr(name, 1, s - 1); if (!(top in seen)) { seen[top] = 1; print "+" top } } }\' "$1"';

const parentOf = (path: string): string => path.slice(0, path.lastIndexOf('/')) || '/';
const missing = (path: string): DomusError => new DomusError('ERROR_NOTFOUND', `${path} (ENOENT)`);

/** One node and its children. ERROR_NOTFOUND. */
export async function readNode(xl: Xl, path: string): Promise<XenstoreNode> {
  const isRoot = path === '/';
  const args = isRoot ? ['', '/'] : [path, parentOf(path)];
  const { stdout } = await xl.script('xenstore-ls', nodeScript, args, { maxBytes });
  const lines = stdout.split('\n');
  const own = parseStoreLine(lines.find((line) => line.startsWith('='))?.slice(1) ?? '');
  if (!own && !isRoot) throw missing(path);
  const parents = new Set(lines.flatMap((line) => (line.startsWith('+') ? [line.slice(1)] : [])));
  const children = lines.flatMap((line) => {
    const child = line.startsWith('-') ? parseStoreLine(line.slice(1)) : null;
    return child ? [{ name: child.name, value: child.value, leaf: !parents.has(child.name) }] : [];
  });
  return {
    path,
    value: own?.value ?? '',
    permissions: own?.permissions ?? 'n0',
    children: children.slice(0, maxChildren),
  };
}

async function change(xl: Xl, path: string, argv: readonly string[]): Promise<void> {
  const { code, stderr } = await xl.outcome(argv);
  if (code === 0) return;
  if (/ENOENT|No such file|could not remove/i.test(stderr)) throw missing(path);
  throw new DomusError(
    'ERROR_FAIL',
    `${argv[0]} failed on the host: ${clean(stderr, 300) || 'it does not say why'}.`,
  );
}

/** `value` has one character 0..255 per byte. */
export const writeNode = (xl: Xl, path: string, value: string): Promise<void> =>
  change(xl, path, ['xenstore-write', path, toPrinted(value)]);

export const removeNode = (xl: Xl, path: string): Promise<void> => change(xl, path, ['xenstore-rm', path]);

/** `n0,r1`. ERROR_INVAL for what is none. */
export async function setPermissions(xl: Xl, path: string, permissions: string): Promise<void> {
  const entries = permissions.split(',').map((entry) => entry.trim());
  if (!entries.every((entry) => /^[nrwb]\d{1,5}$/.test(entry))) {
    throw new DomusError('ERROR_INVAL', `"${permissions}" are no permissions: write them like n0,r1.`, {
      field: 'permissions',
    });
  }
  await change(xl, path, ['xenstore-chmod', path, ...entries]);
}
