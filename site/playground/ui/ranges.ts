// What the axes show of rows.
import type { Parameters } from "gaussmix";
import { along } from "../logic/contour.ts";
import { rangeOf } from "../logic/scale.ts";
import type { Rows } from "../logic/table.ts";
import { curvesOf, histogramOf } from "../logic/univariate.ts";

/** One of the columns of rows. */
export function columnOf({ values, chosen }: Rows, d: number): Float64Array {
  const D = chosen.length;
  // a loop: of a million rows Float64Array.from takes tens of times as long
  const column = new Float64Array(values.length / D);
  for (let n = 0; n < column.length; n++) column[n] = values[n * D + d];
  return column;
}

/** The room below the curves of one column, for its points, as a share of the highest bar. */
export const BAND = 0.22;

/** A range of densities that holds the curves of a mixture, too. */
export function withCurves(
  [low, high]: readonly [number, number],
  xRange: readonly [number, number],
  parameters: Parameters,
): readonly [number, number] {
  const { sum } = curvesOf(parameters, along(...xRange, 600));
  const most = 1.06 * sum.reduce((top, value) => Math.max(top, value), 0);
  // a spike would press all else to the ground
  return most > high && most < 20 * high ? [-BAND * most, most] : [low, high];
}

/** Ranges of both axes; of one column the second is of densities. */
export function rangesOf(
  rows: Rows,
  i: number,
  j: number,
): { xRange: readonly [number, number]; yRange: readonly [number, number] } {
  const first = columnOf(rows, i);
  const xRange = rangeOf(first);
  if (i !== j) return { xRange, yRange: rangeOf(columnOf(rows, j)) };
  const { heights } = histogramOf(first);
  const most = heights.reduce((top, height) => Math.max(top, height), 0) || 1;
  return { xRange, yRange: [-BAND * most, 1.12 * most] };
}
