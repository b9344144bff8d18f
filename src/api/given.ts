// What the functions about a mixture make of their arguments.

import { received } from "../errors.ts";
import { isList, wrongNumber } from "../input/checks.ts";
import { vectorOf } from "../input/data.ts";
import { type Line, lineOf } from "../model/line.ts";
import { type Mixture, modelIn } from "./mixture.ts";
import type { NamedModel } from "./text.ts";

/** The model of a mixture, not a copy: to be read. */
export function givenModel(mixture: Mixture): NamedModel {
  const model = modelIn(mixture);
  if (model) return model;
  throw new TypeError(
    `mixture: expected a Mixture, got ${received(mixture)}; make one with fit, fromParameters or fromJSON`,
  );
}

/** A mixture over one column. */
export function givenLine(mixture: Mixture): Line {
  const model = givenModel(mixture);
  if (model.nFeatures === 1) return lineOf(model);
  throw new RangeError(
    `mixture: expected one column, got ${model.nFeatures}; take marginal(mixture, [0]), for example, first`,
  );
}

/** One number or a list of them, each from `least` to `most`: not NaN. */
export function givenNumbers(
  argument: string,
  values: number | ArrayLike<number>,
  least: number,
  most: number,
): Float64Array {
  const list = typeof values === "number" ? [values] : values;
  const expected = `numbers from ${least} to ${most}`;
  const remedy = "give one or an array of them";
  if (!isList(list)) throw new TypeError(`${argument}: expected ${expected}, got ${received(list)}; ${remedy}`);
  const vector = vectorOf(list, list.length, argument);
  const bad = vector.find((value) => !(value >= least && value <= most));
  if (bad === undefined) return vector;
  throw new RangeError(`${argument}: expected ${expected}, got ${bad}; ${remedy}`);
}

/** A number strictly between 0 and 1. */
export function givenShare(argument: string, value: unknown): number {
  if (typeof value === "number" && value > 0 && value < 1) return value;
  throw wrongNumber(argument, "a number between 0 and 1", value, "write for example 0.01");
}
