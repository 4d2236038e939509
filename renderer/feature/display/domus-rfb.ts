import RFB from '@novnc/novnc';
import { type LayoutId, strokeOf } from './keyboard-layouts.ts';
import type { RfbTransport } from './rfb-transport.ts';
import { charOf, pressStroke } from './typing.ts';

const shifts = new Set(['ShiftLeft', 'ShiftRight']);
const commands = new Set(['ControlLeft', 'ControlRight', 'AltLeft', 'MetaLeft', 'MetaRight']);
const modifiers = new Set([...shifts, ...commands, 'AltRight']);

/**
 * noVNC with a choice of keyboards. Without a layout keys go by their place, as on a real PC; with the layout the guest
 * is set to, the character that a person typed is made there with the keys that make it in the guest.
 */
export class DomusRfb extends RFB {
  layout: LayoutId | null = null;
  #held: Set<string> | undefined;
  /** Keys whose press was translated: their release has nothing left to do. */
  #translated: Set<string> | undefined;

  constructor(target: HTMLElement, transport: RfbTransport, options?: { shared?: boolean }) {
    super(target, transport, options);
  }

  /** A key by its place, whatever the layout: for those who know which keys the guest is to see. */
  press(keysym: number, code: string | null, down: boolean): void {
    super.sendKey(keysym, code, down);
  }

  override sendKey(keysym: number, code: string | null, down?: boolean): void {
    // noVNC calls this for both halves when `down` is left out.
    if (down === undefined || code === null) return super.sendKey(keysym, code, down);
    const held = (this.#held ??= new Set());
    const translated = (this.#translated ??= new Set());
    if (modifiers.has(code)) {
      if (down) held.add(code);
      else held.delete(code);
      return super.sendKey(keysym, code, down);
    }
    if (!down) {
      if (!translated.delete(code)) super.sendKey(keysym, code, false);
      return;
    }
    const char = this.layout && ![...commands].some((key) => held.has(key)) ? charOf(keysym) : null;
    const stroke = char !== null && this.layout ? strokeOf(this.layout, char) : undefined;
    if (char === null || !stroke) return super.sendKey(keysym, code, true);
    translated.add(code);
    const shift = [...shifts].some((key) => held.has(key));
    pressStroke((sym, place, press) => super.sendKey(sym, place, press), char, stroke, { shift });
  }
}
