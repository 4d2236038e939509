/** Sees what the adapter shows, and what is different from the last look. Looks only when told to. */
import { takeFrame } from '../../display/screen/frame-diff.ts';
import {
  clip,
  maxScreen,
  type Picture,
  type Rect,
  type ScreenMove,
  type ScreenSize,
  wholeOf,
} from '../../display/screen/screen.ts';
import { TextScreen, textSize, type TextState } from '../../display/screen/text-screen.ts';
import { leaveTextUndrawn, type ScreenLayer, type Vga } from './internals-display.ts';
import { readTextMode, textGeometry } from './text-mode.ts';

/** What a look at the screen found. */
export interface Look {
  readonly mode: 'text' | 'graphics';
  readonly picture: Picture;
  /** Everything is new: another size or mode, or the first look. */
  readonly fresh: boolean;
  readonly move: ScreenMove | null;
  readonly rects: readonly Rect[];
}

/** Shown when a graphics mode has no size yet. */
const NO_MODE = { width: 640, height: 480 };
const BLACK = 0xff00_0000;

export class ScreenEye {
  readonly #vga: Vga;
  readonly #text = new TextScreen();
  #state: TextState | null = null;
  #picture: Picture = { width: 0, height: 0, pixels: new Uint32Array(0) };
  #mode: Look['mode'] | null = null;
  #layers: readonly ScreenLayer[] = [];
  #seq = 0;
  /** A graphics mode of several layers is put together here before it is compared. */
  #canvas = new Uint32Array(0);

  constructor(vga: Vga) {
    this.#vga = vga;
    leaveTextUndrawn(vga);
    vga.screen.update_buffer = (layers) => (this.#layers = layers);
  }

  /** Changes whenever something but blinking has changed. */
  get seq(): number {
    return this.#seq;
  }

  /** What blinks is worth another look when it is on or off. */
  get blinks(): boolean {
    return this.#mode === 'text' && this.#state !== null && TextScreen.blinks(this.#state);
  }

  /** The state of a text mode's characters; null in graphics modes. */
  readText(): TextState | null {
    return this.#vga.graphical_mode ? null : readTextMode(this.#vga, new Uint16Array(0));
  }

  /** Mode and size, without a look at the picture. */
  get shape(): ScreenSize & { readonly mode: Look['mode'] } {
    const graphical = this.#vga.graphical_mode;
    const size = graphical ? this.#graphicsSize() : textSize(textGeometry(this.#vga));
    return { mode: graphical ? 'graphics' : 'text', ...size };
  }

  look(blinkOn: boolean): Look {
    return this.#vga.graphical_mode ? this.#lookAtGraphics() : this.#lookAtText(blinkOn);
  }

  /** Gives the picture's memory back; the next look begins anew. */
  rest(): void {
    this.#mode = null;
    this.#picture = { width: 0, height: 0, pixels: new Uint32Array(0) };
    this.#canvas = new Uint32Array(0);
  }

  #lookAtText(blinkOn: boolean): Look {
    const state = readTextMode(this.#vga, this.#state?.cells ?? new Uint16Array(0));
    this.#state = state;
    const { width, height } = textSize(state);
    const fresh = this.#resize('text', width, height);
    if (fresh) this.#text.forget();
    const { move, rects, content } = this.#text.draw(state, this.#picture, blinkOn);
    if (content) this.#seq += 1;
    return this.#found(fresh, move, rects);
  }

  #lookAtGraphics(): Look {
    const vga = this.#vga;
    const { width, height } = this.#graphicsSize();
    const fresh = this.#resize('graphics', width, height);
    this.#layers = [];
    if (this.#hasImage) {
      if (fresh) vga.complete_redraw();
      vga.screen_fill_buffer();
    }
    const { move, rects } = this.#takeLayers(fresh);
    if (fresh || move || rects.length > 0) this.#seq += 1;
    return this.#found(fresh, move, rects);
  }

  get #hasImage(): boolean {
    const { image_data, screen_width, screen_height } = this.#vga;
    return image_data !== null && screen_width > 0 && screen_height > 0;
  }

  #graphicsSize(): ScreenSize {
    if (!this.#hasImage) return NO_MODE;
    const { screen_width, screen_height } = this.#vga;
    return {
      width: Math.min(screen_width, maxScreen.width),
      height: Math.min(screen_height, maxScreen.height),
    };
  }

  #takeLayers(fresh: boolean): { move: ScreenMove | null; rects: readonly Rect[] } {
    const picture = this.#picture;
    const [only, more] = this.#layers;
    if (this.#vga.svga_enabled && !only) return { move: null, rects: [] };
    if (only && !more && isPlain(only, picture)) {
      const image = wordsOf(only);
      const bottom = Math.min(
        only.screen_y + only.buffer_height,
        picture.height,
        image.length / picture.width,
      );
      return takeFrame(image, picture, fresh ? 0 : only.screen_y, Math.floor(bottom));
    }
    if (this.#canvas.length !== picture.pixels.length) this.#canvas = new Uint32Array(picture.pixels.length);
    this.#canvas.fill(BLACK);
    for (const layer of this.#layers) paintLayer(layer, { ...picture, pixels: this.#canvas });
    return takeFrame(this.#canvas, picture, 0, picture.height);
  }

  /** True when the picture is a new one. */
  #resize(mode: Look['mode'], width: number, height: number): boolean {
    const same = this.#mode === mode && this.#picture.width === width && this.#picture.height === height;
    this.#mode = mode;
    if (same) return false;
    const pixels = new Uint32Array(new SharedArrayBuffer(width * height * 4)).fill(BLACK);
    this.#picture = { width, height, pixels };
    return true;
  }

  #found(fresh: boolean, move: ScreenMove | null, rects: readonly Rect[]): Look {
    const picture = this.#picture;
    const mode = this.#mode ?? 'text';
    return fresh
      ? { mode, picture, fresh, move: null, rects: [wholeOf(picture)] }
      : { mode, picture, fresh, move, rects };
  }
}

const wordsOf = ({ image_data: { data } }: ScreenLayer): Uint32Array =>
  new Uint32Array(data.buffer, data.byteOffset, data.byteLength >> 2);

/** The image lies on the screen as it is. */
const isPlain = (layer: ScreenLayer, picture: Picture): boolean =>
  layer.image_data.width === picture.width &&
  layer.screen_x === 0 &&
  layer.buffer_x === 0 &&
  layer.screen_y === layer.buffer_y &&
  layer.screen_y >= 0;

function paintLayer(layer: ScreenLayer, picture: Picture): void {
  const image = wordsOf(layer);
  const { width: stride, height } = layer.image_data;
  const target = clip(
    { x: layer.screen_x, y: layer.screen_y, width: layer.buffer_width, height: layer.buffer_height },
    picture,
  );
  if (!target) return;
  for (let row = target.y; row < target.y + target.height; row += 1) {
    const fromRow = layer.buffer_y + row - layer.screen_y;
    if (fromRow < 0 || fromRow >= height) continue;
    const fromX = layer.buffer_x + target.x - layer.screen_x;
    const count = Math.min(target.width, stride - fromX);
    if (count <= 0 || fromX < 0) continue;
    const from = fromRow * stride + fromX;
    picture.pixels.set(image.subarray(from, from + count), row * picture.width + target.x);
  }
}
