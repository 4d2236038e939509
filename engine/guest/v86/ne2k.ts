/** v86's NE2000 as a `Card`: its address, and how much room its ring of pages has. It knows no carrier. */
import type { Emulator, Ne2k } from './internals.ts';
import type { Card } from './nic.ts';

/** The card v86 was built with; throws when there is none. */
export function ne2kCard(
  emulator: Emulator,
  mac: readonly number[],
  onSend: (frame: Uint8Array) => void,
): Card {
  const card = emulator.v86.cpu.devices.net;
  if (!card) throw new Error('The emulator was built without a network card.');
  card.mac.set(mac);
  // The guest reads the address from the card's PROM, every byte doubled.
  for (const [at, byte] of mac.entries()) card.memory.fill(byte, at * 2, at * 2 + 2);
  emulator.add_listener('net0-send', onSend);
  return {
    ready: () => (card.cr & 1) === 0,
    hasRoom: (frameBytes) => hasRoom(card, frameBytes),
    receive: (frame) => {
      emulator.bus.send('net0-receive', frame);
      return true;
    },
    setLink: () => {},
  };
}

function hasRoom(card: Ne2k, frameBytes: number): boolean {
  const pages = 1 + ((Math.max(60, frameBytes) + 4) >> 8);
  const free =
    card.boundary > card.curpg
      ? card.boundary - card.curpg
      : card.pstop - card.curpg + card.boundary - card.pstart;
  return card.boundary === 0 || free >= pages;
}
