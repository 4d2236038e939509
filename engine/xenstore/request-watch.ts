import { refusal } from './error.ts';
import { isRelative } from './path.ts';
import { OK } from './protocol.ts';
import { leadingInteger, type Request } from './request.ts';

/* Requests about watches (xenstore reference §1 "Watches"). */

/** `wpath␀token␀[depth␀]`: OK, then at once an event for the path itself. */
export function watch(request: Request): string {
  const [path, token, depthText, ...more] = request.all();
  if (path === undefined || token === undefined || more.length > 0) throw refusal('EINVAL');
  const depth = depthText === undefined ? undefined : leadingInteger(depthText);
  if (depth !== undefined && depth < 0) throw refusal('EINVAL');
  const canonical = request.path(path, true);
  request.afterReply = request.client.addWatch(canonical, token, depth, isRelative(path));
  return OK;
}

export function unwatch(request: Request): string {
  const args = request.all();
  if (args.length !== 2) throw refusal('EINVAL');
  request.client.removeWatch(request.path(args[0] as string, true), args[1] as string);
  return OK;
}

export function resetWatches(request: Request): string {
  request.client.resetWatches();
  return OK;
}
