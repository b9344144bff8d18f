// Components as pictures: intervals, ellipses, ellipsoids.

import { matricesOf } from "../covariance/parameters.ts";
import { integerIn, optionsOf } from "../input/checks.ts";
import { type Column, columnIndices } from "../input/columns.ts";
import { chiSquaredBeyond } from "../model/chi-squared.ts";
import { marginalOf } from "../model/conditional.ts";
import { angleOf, cosineSine, eigenOf } from "../model/ellipsoid.ts";
import { givenModel, givenShare } from "./given.ts";
import type { Mixture } from "./mixture.ts";

/** How much of a component an ellipsoid holds, and over which columns. */
export interface EllipsoidOptions {
  /** Share of the component inside: between 0 and 1. Default 0.95. */
  readonly mass?: number | undefined;
  /** Columns by index or name, in order: the ellipsoid of their marginal. Default: all. */
  readonly columns?: readonly Column[] | undefined;
}

/** {@link EllipsoidOptions} over two columns. */
export interface EllipseOptions extends EllipsoidOptions {
  /** Points of the polygon: 3 or more. Default 64. */
  readonly nPoints?: number | undefined;
}

/** All points as near to a component's mean, in its own metric, as a given share of it. Over one column an interval. */
export interface Ellipsoid {
  /** [D]. */
  readonly centre: Float64Array;
  /** [D]: half-lengths, the longest first, in the unit of the data. */
  readonly axes: Float64Array;
  /** [D, D]: a unit vector along each axis, one after the other. */
  readonly directions: Float64Array;
  /** Mahalanobis distance of the surface: each axis is this many standard deviations. */
  readonly radius: number;
}

/** An {@link Ellipsoid} over two columns. */
export interface Ellipse extends Ellipsoid {
  /** From the first column to the longer axis, in radians, from -π/2 to π/2; 0 for a circle. */
  readonly angle: number;
  /** [nPoints, 2]: points on the ellipse in the direction of the angle; the first is not repeated. */
  readonly polygon: Float64Array;
}

/**
 * The ellipsoid about the mean of a component that holds a given share of it. Over one column it is the interval `centre`
 * plus or minus `axes`.
 *
 * @param mixture - whose component it is.
 * @param component - which one, counted from 0.
 * @param options - `mass`, the share inside (default 0.95), and `columns` (default all).
 * @returns centre, half-lengths with their directions, and the Mahalanobis distance of the surface.
 * @throws {TypeError | RangeError} If an argument is malformed or names no component or column.
 * @example
 * const { centre, axes, directions } = ellipsoid(mixture, 0, { mass: 0.5 });
 */
export function ellipsoid(mixture: Mixture, component: number, options: EllipsoidOptions = {}): Ellipsoid {
  const { mass: given, columns: wanted } = optionsOf("options", options, ["mass", "columns"]);
  const parameters = givenModel(mixture);
  const { nFeatures } = parameters;
  const k = integerIn("component", component, 0, "components count from 0", parameters.nComponents - 1);
  const columns = columnIndices("columns", wanted ?? [...Array(nFeatures).keys()], nFeatures, mixture.columns);
  const mass = givenShare("mass", given ?? 0.95);
  const marginal = marginalOf(parameters, columns);
  const D = columns.length;
  const { values, vectors } = eigenOf(matricesOf(marginal).slice(k * D * D, (k + 1) * D * D), D);
  const radius = Math.sqrt(chiSquaredBeyond(1 - mass, D));
  return {
    centre: marginal.means.slice(k * D, (k + 1) * D),
    axes: values.map((variance) => radius * Math.sqrt(Math.max(variance, 0))),
    directions: vectors,
    radius,
  };
}

/**
 * The ellipse about the mean of a component that holds a given share of it, ready to be drawn.
 *
 * @param mixture - whose component it is.
 * @param component - which one, counted from 0.
 * @param options - a mixture of more than two columns needs `columns`, two of them.
 * @returns an {@link ellipsoid} over two columns, with its angle and points along it.
 * @throws {TypeError | RangeError} If an argument is malformed, or there are not two columns.
 * @example
 * const { centre, axes, angle } = ellipse(mixture, 0, { mass: 0.9, columns: ["x", "y"] });
 * // on a canvas in the unit of the data: context.ellipse(...centre, ...axes, angle, 0, 2 * Math.PI)
 */
export function ellipse(mixture: Mixture, component: number, options: EllipseOptions = {}): Ellipse {
  const { nPoints = 64, ...rest } = optionsOf("options", options, ["mass", "columns", "nPoints"]);
  const points = integerIn("nPoints", nPoints, 3, "leave it out for 64", 2 ** 24, "an integer from 3 to 2^24");
  const body = ellipsoid(mixture, component, rest);
  const { centre, axes, directions } = body;
  if (centre.length !== 2) {
    throw new RangeError(`columns: expected two, got ${centre.length}; name two, for example columns: [0, 1]`);
  }
  const sign = directions[0] < 0 ? -1 : 1;
  const [x, y] = [sign * directions[0], sign * directions[1]];
  directions.set([x, y, 0 - y, x]);
  const polygon = new Float64Array(2 * points);
  for (let i = 0; i < points; i++) {
    const turn = (2 * i > points ? i - points : i) / points;
    const [cosine, sine] = cosineSine(2 * Math.PI * turn);
    polygon[2 * i] = centre[0] + axes[0] * cosine * x - axes[1] * sine * y;
    polygon[2 * i + 1] = centre[1] + axes[0] * cosine * y + axes[1] * sine * x;
  }
  return { ...body, angle: angleOf(x, y), polygon };
}
