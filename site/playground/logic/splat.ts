// Points painted straight into the pixels of an image: a hundred thousand in a few milliseconds.
import type { Colour } from "./palette.ts";

/** An image's pixels as 32-bit words, red in the lowest byte, as little-endian machines lay out RGBA. */
export interface Surface {
  readonly pixels: Uint32Array;
  readonly width: number;
  readonly height: number;
}

/** A dot: how much of each pixel of a square of side `size` it covers, from 0 to 256. */
export interface Stamp {
  readonly size: number;
  readonly cover: Uint16Array;
}

/** Points on a surface: places in pixels, colours, and colours to fade to. */
export interface Points {
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly from: Uint32Array;
  readonly to: Uint32Array;
}

/** A round dot with soft edges; `opacity` from 0 to 1. */
export function stampOf(radius: number, opacity: number): Stamp {
  const reach = Math.ceil(radius);
  const size = 2 * reach + 1;
  const cover = new Uint16Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      const inside = radius + 0.5 - Math.hypot(i - reach, j - reach);
      cover[i * size + j] = Math.round(256 * opacity * Math.min(1, Math.max(0, inside)));
    }
  }
  return { size, cover };
}

/** How large and how opaque the dots of so many points are; `ratio` is pixels of the device for one of CSS. */
export function dotOf(count: number, ratio: number): Stamp {
  if (count > 300_000) return stampOf(0.5 * ratio, 0.35);
  if (count > 30_000) return stampOf(0.8 * ratio, 0.5);
  if (count > 5_000) return stampOf(1.4 * ratio, 0.65);
  if (count > 1_000) return stampOf(2.2 * ratio, 0.75);
  return stampOf(3 * ratio, 0.85);
}

/** 0xRRGGBB as a word of a surface. */
export function wordOf(colour: Colour): number {
  return (0xff000000 | ((colour & 255) << 16) | (colour & 0xff00) | (colour >> 16)) >>> 0;
}

/** Fills the surface, and draws lines across it: the grid. */
export function clear(
  { pixels, width, height }: Surface,
  background: Colour,
  grid: { readonly colour: Colour; readonly columns: readonly number[]; readonly rows: readonly number[] },
): void {
  pixels.fill(wordOf(background));
  const line = wordOf(grid.colour);
  for (const row of grid.rows) {
    const y = Math.round(row);
    if (y >= 0 && y < height) pixels.fill(line, y * width, (y + 1) * width);
  }
  for (const column of grid.columns) {
    const x = Math.round(column);
    if (x >= 0 && x < width) for (let at = x; at < pixels.length; at += width) pixels[at] = line;
  }
}

/** Paints points `share` of the way between their colours, from 0 to 1. */
export function paint(surface: Surface, { x, y, from, to }: Points, stamp: Stamp, share: number): void {
  const weight = Math.round(256 * share);
  for (let n = 0; n < x.length; n++) {
    const colour = weight >= 256 ? to[n] : blend(from[n], to[n], weight);
    put(surface, Math.round(x[n]), Math.round(y[n]), colour, stamp);
  }
}

/** Two colours, `weight` parts of 256 of the second: red and blue in one product, as there is a byte between them. */
function blend(from: Colour, to: Colour, weight: number): Colour {
  const redBlue = ((from & 0xff00ff) * (256 - weight) + (to & 0xff00ff) * weight) / 256;
  const green = ((from & 0xff00) * (256 - weight) + (to & 0xff00) * weight) >>> 8;
  return (redBlue & 0xff00ff) | (green & 0xff00);
}

function put({ pixels, width, height }: Surface, x: number, y: number, colour: Colour, { size, cover }: Stamp): void {
  const reach = size >> 1;
  const left = x - reach;
  const top = y - reach;
  if (left >= width || top >= height || left + size <= 0 || top + size <= 0) return;
  const red = colour >> 16;
  const green = (colour >> 8) & 255;
  const blue = colour & 255;
  const firstRow = Math.max(0, -top);
  const lastRow = Math.min(size, height - top);
  const firstColumn = Math.max(0, -left);
  const lastColumn = Math.min(size, width - left);
  for (let i = firstRow; i < lastRow; i++) {
    const row = (top + i) * width + left;
    for (let j = firstColumn; j < lastColumn; j++) {
      const share = cover[i * size + j];
      if (share === 0) continue;
      const under = pixels[row + j];
      const rest = 256 - share;
      pixels[row + j] =
        0xff000000 |
        (((((under >> 16) & 255) * rest + blue * share) >> 8) << 16) |
        (((((under >> 8) & 255) * rest + green * share) >> 8) << 8) |
        (((under & 255) * rest + red * share) >> 8);
    }
  }
}
