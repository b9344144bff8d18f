// What is asked about: a mixture or one of its components; and how to ask where no formula answers.

import { quoted } from "../errors.ts";
import { integerIn, memberOf, optionsOf, seedOf } from "../input/checks.ts";
import { type Model, modelOf } from "../model/model.ts";
import { mixtureOf, normalsOf } from "../model/normals.ts";
import { type MixtureParameters, modelGiven, named } from "./mixture.ts";
import type { NamedModel } from "./text.ts";

/** One component of a mixture, counted from 0, as a distribution of its own. */
export interface ComponentOf {
  /** The whole: a mixture, or its parameters. */
  readonly mixture: MixtureParameters;
  /** Which one, counted from 0. */
  readonly component: number;
}

/** A mixture (a `Mixture`, or its parameters), or one component of a mixture. */
export type MixtureOrComponent = MixtureParameters | ComponentOf;

/** How to estimate what has no formula. */
export interface EstimateOptions {
  /** How many rows to draw: an integer, 2 or more. Four times as many halve the standard error. Default 10,000. */
  readonly nSamples?: number | undefined;
  /** All random choice: an integer from 0 to 2^53 - 1. Default 0. */
  readonly seed?: number | undefined;
}

/** {@link EstimateOptions}, checked and complete. */
export function estimateSettings(options: EstimateOptions): { readonly nSamples: number; readonly seed: number } {
  const { nSamples = 10_000, seed } = optionsOf("options", options, ["nSamples", "seed"]);
  return { nSamples: integerIn("nSamples", nSamples, 2, "leave it out for 10000", 2 ** 31 - 1), seed: seedOf(seed) };
}

/**
 * The model of a mixture or a component.
 *
 * @param argument - the name in errors.
 * @throws {TypeError | RangeError} If parameters are malformed, or there is no such component.
 */
export function operandOf(argument: string, given: MixtureOrComponent): NamedModel {
  const mixture = typeof given === "object" && given !== null ? memberOf(given, "mixture") : undefined;
  if (mixture === undefined) return modelFrom(argument, given as MixtureParameters);
  const { component } = optionsOf(argument, given as ComponentOf, ["mixture", "component"]);
  const model = modelFrom(`${argument}.mixture`, mixture as MixtureParameters);
  const normals = normalsOf(model);
  const k = integerIn(`${argument}.component`, component, 0, "name one of the components", normals.length - 1);
  return named(modelOf(mixtureOf([{ ...normals[k], weight: 1 }])), model.columns);
}

/**
 * The model of a mixture.
 *
 * @throws {TypeError | RangeError} If parameters are malformed, or so large or small that what follows would overflow:
 *   within these limits the fourth power of any ratio leaves room for sums.
 */
export function modelFrom(argument: string, given: MixtureParameters): NamedModel {
  const model = modelGiven(argument, given);
  for (const { mean, covariance } of normalsOf(model)) {
    const side = covariance.length / mean.length;
    mean.forEach((value, d) => {
      const variance = covariance[d * side + (d % side)];
      if (Math.abs(value) <= 1e70 && variance >= 1e-140 && variance <= 1e140) return;
      throw new RangeError(
        `${argument}: expected means up to 1e70 and variances from 1e-140 to 1e140, got ${value} and ${variance}; ` +
          "divide the columns by their scale",
      );
    });
  }
  return model;
}

/**
 * The models of two distributions over the same columns.
 *
 * @throws {TypeError | RangeError} As {@link operandOf}, and if the columns differ.
 */
export function operandsOf(p: MixtureOrComponent, q: MixtureOrComponent): readonly [Model, Model] {
  const models = [operandOf("p", p), operandOf("q", q)] as const;
  const [{ nFeatures: D, columns: here }, { nFeatures: width, columns: there }] = models;
  if (D !== width || (here && there && here.some((name, d) => name !== there[d]))) {
    const known = here && there;
    throw new RangeError(
      `q: expected the columns of p (${known ? quoted(here) : D}), got ${known ? quoted(there) : width}; ` +
        "compare distributions over the same columns, in one order",
    );
  }
  return models;
}
