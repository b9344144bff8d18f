// What rows look like under a mixture: one colour for each.
import type { Colour } from "./palette.ts";
import { between } from "./palette.ts";

/** "mix": colours mixed by responsibility; "label": the most likely component's; "doubt": the less sure, the stronger. */
export type Show = "mix" | "label" | "doubt";

export interface ShadeOptions {
  readonly show: Show;
  /** A colour for each component. */
  readonly colours: readonly Colour[];
  /** From sure to in doubt. */
  readonly doubt: readonly [Colour, Colour];
}

export interface Shade {
  /** [N]: 0xRRGGBB. */
  readonly colours: Uint32Array;
  /** [N]: the most likely component, the first of equals. */
  readonly labels: Uint8Array;
  /** [N]: 1 less the responsibility of that component, from 0 to 255 for 0 to 1. */
  readonly doubt: Uint8Array;
}

/** The colours of rows with responsibilities [N, K], row-major. */
export function shadeOf(responsibilities: Float64Array, K: number, options: ShadeOptions): Shade {
  const N = K === 0 ? 0 : responsibilities.length / K;
  const colours = new Uint32Array(N);
  const labels = new Uint8Array(N);
  const doubt = new Uint8Array(N);
  const palette = Array.from({ length: K }, (_, k) => options.colours[k % options.colours.length]);
  const ramp = Uint32Array.from({ length: 256 }, (_, i) => between(...options.doubt, i / 255));
  for (let n = 0; n < N; n++) {
    const first = n * K;
    let top = 0;
    for (let k = 1; k < K; k++) if (responsibilities[first + k] > responsibilities[first + top]) top = k;
    labels[n] = top;
    doubt[n] = Math.round(255 * (1 - responsibilities[first + top]));
    if (options.show === "label") colours[n] = palette[top];
    // half of the ramp would never be used: two components cannot leave more than half in doubt
    else if (options.show === "doubt") colours[n] = ramp[Math.min(255, 2 * doubt[n])];
    else colours[n] = mixed(responsibilities, first, palette);
  }
  return { colours, labels, doubt };
}

function mixed(responsibilities: Float64Array, first: number, palette: readonly Colour[]): Colour {
  let red = 0;
  let green = 0;
  let blue = 0;
  for (let k = 0; k < palette.length; k++) {
    const share = responsibilities[first + k];
    const colour = palette[k];
    red += share * (colour >> 16);
    green += share * ((colour >> 8) & 255);
    blue += share * (colour & 255);
  }
  return (Math.round(red) << 16) | (Math.round(green) << 8) | Math.round(blue);
}

/** The colours of rows with a label each. */
export function shadeOfLabels(labels: ArrayLike<number>, options: ShadeOptions): Shade {
  const N = labels.length;
  const colours = Uint32Array.from({ length: N }, (_, n) => options.colours[labels[n] % options.colours.length]);
  return { colours, labels: Uint8Array.from(labels), doubt: new Uint8Array(N) };
}
