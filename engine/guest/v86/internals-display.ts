/**
 * The display and input half of what `internals.ts` knows of v86: the VGA adapter, the keyboard controller and the VMware
 * pointer. Names are those of v86 0.5.462.
 */

/** Rows of an image of v86's that belong on the screen. */
export interface ScreenLayer {
  readonly image_data: { readonly data: Uint8ClampedArray; readonly width: number; readonly height: number };
  readonly screen_x: number;
  readonly screen_y: number;
  readonly buffer_x: number;
  readonly buffer_y: number;
  readonly buffer_width: number;
  readonly buffer_height: number;
}

export interface Vga {
  readonly graphical_mode: boolean;
  readonly svga_enabled: boolean;
  /** null until there is a graphics mode with a size. */
  readonly image_data: object | null;
  /** Of the graphics mode. */
  readonly screen_width: number;
  readonly screen_height: number;
  readonly max_cols: number;
  readonly max_rows: number;
  readonly vga_memory: Uint8Array;
  /** Where text modes keep their fonts: eight of 8 KiB. */
  readonly plane2: Uint8Array;
  readonly vga256_palette: Int32Array;
  readonly dac_map: Uint8Array;
  readonly dac_mask: number;
  readonly start_address: number;
  readonly offset_register: number;
  readonly line_compare: number;
  readonly max_scan_line: number;
  readonly clocking_mode: number;
  readonly attribute_mode: number;
  readonly palette_source: number;
  readonly character_map_select: number;
  readonly cursor_address: number;
  readonly cursor_scanline_start: number;
  readonly cursor_scanline_end: number;
  readonly screen: { update_buffer(layers: readonly ScreenLayer[]): void };
  /** Both draw text through the adapter; replaced, as text is read where it is when somebody looks. */
  text_mode_redraw: () => void;
  vga_memory_write_text_mode: (address: number, value: number) => void;
  scan_line_to_screen_row(line: number): number;
  screen_fill_buffer(): void;
  complete_redraw(): void;
}

export interface Ps2 {
  readonly enable_keyboard_stream: boolean;
  readonly use_mouse: boolean;
  readonly kbd_buffer: { readonly length: number };
  readonly mouse_buffer: { readonly length: number };
}

export interface VmwarePointer {
  readonly enabled: boolean;
  readonly absolute: boolean;
}

export interface DisplayDevices {
  readonly vga: Vga;
  readonly ps2: Ps2;
  readonly vmware: VmwarePointer;
}

export const NEEDED_FOR_DISPLAY: Readonly<Record<string, 'function' | 'object' | 'number' | 'boolean'>> = {
  'v86.cpu.devices.vga.graphical_mode': 'boolean',
  'v86.cpu.devices.vga.svga_enabled': 'boolean',
  'v86.cpu.devices.vga.screen_width': 'number',
  'v86.cpu.devices.vga.max_cols': 'number',
  'v86.cpu.devices.vga.max_rows': 'number',
  'v86.cpu.devices.vga.vga_memory': 'object',
  'v86.cpu.devices.vga.plane2': 'object',
  'v86.cpu.devices.vga.vga256_palette': 'object',
  'v86.cpu.devices.vga.dac_map': 'object',
  'v86.cpu.devices.vga.dac_mask': 'number',
  'v86.cpu.devices.vga.start_address': 'number',
  'v86.cpu.devices.vga.offset_register': 'number',
  'v86.cpu.devices.vga.line_compare': 'number',
  'v86.cpu.devices.vga.max_scan_line': 'number',
  'v86.cpu.devices.vga.clocking_mode': 'number',
  'v86.cpu.devices.vga.attribute_mode': 'number',
  'v86.cpu.devices.vga.palette_source': 'number',
  'v86.cpu.devices.vga.character_map_select': 'number',
  'v86.cpu.devices.vga.cursor_address': 'number',
  'v86.cpu.devices.vga.cursor_scanline_start': 'number',
  'v86.cpu.devices.vga.screen.update_buffer': 'function',
  'v86.cpu.devices.vga.text_mode_redraw': 'function',
  'v86.cpu.devices.vga.vga_memory_write_text_mode': 'function',
  'v86.cpu.devices.vga.scan_line_to_screen_row': 'function',
  'v86.cpu.devices.vga.screen_fill_buffer': 'function',
  'v86.cpu.devices.vga.complete_redraw': 'function',
  'v86.cpu.devices.ps2.enable_keyboard_stream': 'boolean',
  'v86.cpu.devices.ps2.use_mouse': 'boolean',
  'v86.cpu.devices.ps2.kbd_buffer.length': 'number',
  'v86.cpu.devices.ps2.mouse_buffer.length': 'number',
  'v86.cpu.devices.vmware.enabled': 'boolean',
  'v86.cpu.devices.vmware.absolute': 'boolean',
};

/** v86 makes its images of these; browsers have them, Node has not. Without one it does not draw graphics modes at all. */
export function provideImageData(): void {
  const scope = globalThis as { ImageData?: unknown };
  scope.ImageData ??= class {
    readonly data: Uint8ClampedArray;
    readonly width: number;
    readonly height: number;
    constructor(data: Uint8ClampedArray, width: number, height: number) {
      this.data = data;
      this.width = width;
      this.height = height;
    }
  };
}

/** The guest's own writes reach the text memory; drawing is done by those who look (see screen.ts), when they look. */
export function leaveTextUndrawn(vga: Vga): void {
  vga.text_mode_redraw = () => {};
  vga.vga_memory_write_text_mode = (address, value) => {
    vga.vga_memory[address] = value;
  };
}
