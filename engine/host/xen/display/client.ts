import type { Duplex } from 'node:stream';
import { DomusError } from '../../../api/index.ts';
import { challengeBytes, responseTo } from '../../../display/rfb/vnc-auth.ts';
import { Taker } from './take.ts';

const none = 1;
const vnc = 2;

/**
 * The viewer's side of RFB up to where it says whether it shares the screen. Rejects with ERROR_FAIL when the server wants
 * something else than no password or one that is right.
 */
export async function logIn(socket: Duplex, password: string): Promise<Taker> {
  const taker = new Taker(socket);
  const version = (await taker.take(12)).toString('latin1');
  if (!/^RFB 003\.\d{3}\n$/.test(version)) throw refused('does not speak RFB');
  const old = version < 'RFB 003.007';
  socket.write(old ? 'RFB 003.003\n' : 'RFB 003.008\n');
  const type = old ? (await taker.take(4)).readUInt32BE() : await choose(socket, taker);
  if (type === vnc) socket.write(responseTo(await taker.take(challengeBytes), password));
  else if (type !== none) throw refused('wants a way to log in that is not supported');
  if (type === none && old) return taker;
  if ((await taker.take(4)).readUInt32BE() !== 0)
    throw refused('did not take the password of the configuration');
  return taker;
}

async function choose(socket: Duplex, taker: Taker): Promise<number> {
  const [count = 0] = await taker.take(1);
  const types = await taker.take(count);
  const type = [none, vnc].find((each) => types.includes(each)) ?? 0;
  if (type !== 0) socket.write(Uint8Array.of(type));
  return type;
}

const refused = (why: string): DomusError =>
  new DomusError('ERROR_FAIL', `The VNC server on the host ${why}.`, {
    fix: 'Look at the screen from the host itself: xl vncviewer',
  });
