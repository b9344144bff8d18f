// What dragging a handle of a component does to the parameters.
import type { Parameters } from "gaussmix";
import { MASSES } from "./files.ts";
import { axesOf, matrixOf, pairOf, pairWith, radiusOf, withMean, withPair, withVariance } from "./geometry.ts";
import { toPixel, toValue, type View } from "./scale.ts";

/** Half an axis is never shorter than this on the screen, in pixels. */
const SHORTEST = 0.5;

/** A handle of component k over columns i and j of a view; i equals j where one column is shown. */
export interface Grip {
  readonly part: "mean" | "long" | "short";
  readonly k: number;
  readonly i: number;
  readonly j: number;
}

/** Where a handle is, in pixels. */
export function placeOf(parameters: Parameters, view: View, { part, k, i, j }: Grip): readonly [number, number] {
  const D = parameters.nFeatures;
  const x = toPixel(view.x, parameters.means[k * D + i]);
  if (i === j) {
    const deviation = Math.sqrt(matrixOf(parameters, k)[i * D + i]);
    const right = toPixel(view.x, parameters.means[k * D + i] + deviation);
    return [part === "mean" ? x : right, toPixel(view.y, 0)];
  }
  const y = toPixel(view.y, parameters.means[k * D + j]);
  if (part === "mean") return [x, y];
  const { long, short, angle } = axesOf(onScreen(parameters, view, k, i, j));
  const reach = radiusOf(MASSES[1]);
  if (part === "long") return [x + Math.cos(angle) * long * reach, y + Math.sin(angle) * long * reach];
  return [x - Math.sin(angle) * short * reach, y + Math.cos(angle) * short * reach];
}

/** Pixels for one unit of each axis. */
function factors(view: View): readonly [number, number] {
  const [x, y] = [view.x, view.y].map(({ low, high, start, end }) => (end - start) / (high - low));
  return [x, y];
}

function onScreen(
  parameters: Parameters,
  view: View,
  k: number,
  i: number,
  j: number,
): readonly [number, number, number] {
  const [sx, sy] = factors(view);
  const [xx, xy, yy] = pairOf(parameters, k, i, j);
  return [xx * sx * sx, xy * sx * sy, yy * sy * sy];
}

/** Parameters with a handle at another place, in pixels. */
export function dragged(parameters: Parameters, view: View, grip: Grip, x: number, y: number): Parameters {
  const { part, k, i, j } = grip;
  if (part === "mean") {
    const at = new Map([[i, toValue(view.x, x)]]);
    if (i !== j) at.set(j, toValue(view.y, y));
    return withMean(parameters, k, at);
  }
  const D = parameters.nFeatures;
  const [sx, sy] = factors(view);
  const cx = toPixel(view.x, parameters.means[k * D + i]);
  if (i === j) return withVariance(parameters, k, i, (Math.max(SHORTEST, Math.abs(x - cx)) / sx) ** 2);
  const cy = toPixel(view.y, parameters.means[k * D + j]);
  const length = Math.max(SHORTEST, Math.hypot(x - cx, y - cy) / radiusOf(MASSES[1]));
  const axes = axesOf(onScreen(parameters, view, k, i, j));
  const turned = Math.atan2(y - cy, x - cx);
  const [xx, xy, yy] = pairWith(
    part === "long"
      ? { long: length, short: Math.max(SHORTEST / 2, axes.short), angle: turned }
      : { long: axes.long, short: length, angle: turned - Math.PI / 2 },
  );
  return withPair(parameters, k, i, j, [xx / (sx * sx), xy / (sx * sy), yy / (sy * sy)]);
}
