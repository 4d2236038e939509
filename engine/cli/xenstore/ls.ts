import { escapeValue } from './escape.ts';
import { CommandFailure, type ModeContext } from './mode.ts';
import { directory, orUndefined, sentenceOf } from './store-link.ts';

const DEFAULT_WIDTH = 80;
const PERMISSIONS_COLUMN = 60;
/** What a shortened value needs besides its text: ` = "..."`. */
const FRAME = ' = "..."'.length;

interface Layout {
  readonly maxWidth: number;
  readonly permissionsColumn: number;
  readonly wholePath: boolean;
  readonly permissions: boolean;
}

/** `%.*s`: a negative precision is none. */
function cut(text: string, width: number): string {
  return width < 0 ? text : text.slice(0, width);
}

/** The dots and blanks between a value and its permissions, from a column on; it begins with one blank. */
function leader(column: number, end: number): string {
  let text = ' ';
  for (let at = column + 1; at < end; at += 1) text += at % 2 === 1 ? '.' : ' ';
  return text;
}

/** One node's line without its permissions (xenstore reference §3 "xenstore-ls"). */
function line(layout: Layout, depth: number, name: string, path: string, value: string | undefined): string {
  const { maxWidth } = layout;
  const shown = layout.wholePath ? path : ' '.repeat(depth) + cut(name, maxWidth - FRAME - depth);
  const used = layout.wholePath ? 0 : shown.length;
  if (value === undefined) return `${shown}:\n`;
  const text = escapeValue(value);
  if (maxWidth < used + value.length + FRAME) {
    return `${shown} = "${cut(text, maxWidth - FRAME - used)}\\..."`;
  }
  const full = ` = "${text}"`;
  const end = Math.min(layout.permissionsColumn, maxWidth);
  return shown + full + (layout.permissions ? leader(used + full.length, end) : '');
}

async function permissionsOf({ link, warn }: ModeContext, path: string, name: string): Promise<string> {
  try {
    const list = await link.request('GET_PERMS', `${path}\0`);
    return `  (${list.split('\0').slice(0, -1).join(',')})`;
  } catch (error) {
    warn(`\ncould not access permissions for ${name}: ${sentenceOf(error)}`);
    return '';
  }
}

async function listBelow(context: ModeContext, layout: Layout, path: string, depth: number): Promise<void> {
  const names = await directory(context.link, path).catch((error: unknown) => {
    throw new CommandFailure(`xs_directory (${path}): ${sentenceOf(error)}`);
  });
  for (const name of names) {
    const below = path.endsWith('/') ? path + name : `${path}/${name}`;
    const value = await orUndefined(context.link.request('READ', `${below}\0`));
    const permissions = layout.permissions ? await permissionsOf(context, below, name) : '';
    context.print(`${line(layout, depth, name, below, value)}${permissions}\n`);
    await listBelow(context, layout, below, depth + 1);
  }
}

/** Prints the trees below the given paths, or the whole one. */
export async function ls(context: ModeContext): Promise<number> {
  const { columns, options } = context;
  const flat = options.has('f');
  const layout: Layout = {
    maxWidth: columns !== undefined ? columns - 2 : flat ? Infinity : DEFAULT_WIDTH,
    permissionsColumn: flat ? 0 : PERMISSIONS_COLUMN,
    wholePath: flat,
    permissions: options.has('p'),
  };
  const paths = context.words.length > 0 ? context.words : ['/'];
  for (const path of paths) await listBelow(context, layout, path, 0);
  return 0;
}
