import { received } from "../errors.ts";
import { integerIn, isList, optionsOf } from "./checks.ts";
import { vectorOf } from "./data.ts";
import type { InitSettings } from "./init.ts";

/** Parameters that a fit leaves as they are. */
export interface Fixed {
  /** `true`: as they start; `"equal"`: 1 / K each; or [K], above 0, sum 1. */
  readonly weights?: boolean | "equal" | ArrayLike<number> | undefined;
  /** `true`: all; or those of some components, counted from 0. They stay where `init` puts them. */
  readonly means?: boolean | readonly number[] | undefined;
  /** `true`: all; or those of some components, counted from 0; tied ones all or none. They stay as `init` gives them. */
  readonly covariances?: boolean | readonly number[] | undefined;
}

/** {@link Fixed}, checked. */
export interface FixedSettings {
  /** [K], or "start": as they start; undefined: free. */
  readonly weights: readonly number[] | "start" | undefined;
  /** [K]: whether each is held. */
  readonly means: readonly boolean[];
  /** [K]: whether each is held; of a tied one, all alike. */
  readonly covariances: readonly boolean[];
}

/** How far weights may sum from 1. */
const WEIGHT_TOLERANCE = 1e-6;

/**
 * Reads what is to be held.
 *
 * @param init - where the fit starts: what is held must be given there.
 * @param prior - a prior of the means, if there is one: it and means that are held know nothing of each other.
 * @throws {TypeError} If something is of the wrong type or unknown.
 * @throws {RangeError} If a component does not exist, weights are not positive or do not sum to 1, single tied covariances
 *   are to be held, or the start does not give what is to be held.
 */
export function fixedSettings(
  fixed: Fixed,
  K: number,
  tied: boolean,
  init: InitSettings,
  prior: unknown,
): FixedSettings {
  const { weights, means, covariances } = optionsOf<Fixed>("fixed", fixed, ["weights", "means", "covariances"]);
  const settings = {
    weights: fixedWeights(weights, K),
    means: fixedComponents(means, K, "fixed.means"),
    covariances: fixedComponents(covariances, K, "fixed.covariances"),
  };
  if (tied && new Set(settings.covariances).size > 1) {
    throw new RangeError(
      `fixed.covariances: expected true or false for tied covariances, got ${received(covariances)}; there is only one`,
    );
  }
  if (prior && settings.means.includes(true)) {
    throw new RangeError(`fixed.means: expected none beside a prior, got ${received(means)}; leave out one of them`);
  }
  const given = init.kind === "parameters" ? init : undefined;
  const need = (held: boolean, key: "weights" | "means" | "covariances"): void => {
    if (!held || given?.[key] !== undefined) return;
    throw new RangeError(
      `fixed.${key}: expected an init that gives the ${key} to hold, got none; write for example init: { ${key === "means" ? "means" : `means, ${key}`} }`,
    );
  };
  need(settings.weights === "start", "weights");
  need(settings.means.includes(true), "means");
  need(settings.covariances.includes(true), "covariances");
  return settings;
}

function fixedWeights(weights: unknown, K: number): FixedSettings["weights"] {
  if (weights === undefined || weights === false) return undefined;
  if (weights === true) return "start";
  if (weights === "equal") return new Array<number>(K).fill(1 / K);
  const options = { expected: 'true, "equal" or one weight per component', remedy: "give as many as nComponents" };
  const values = Array.from(vectorOf(weights as ArrayLike<number>, K, "fixed.weights", options));
  const sum = values.reduce((total, weight) => total + weight, 0);
  if (!(Math.abs(sum - 1) <= WEIGHT_TOLERANCE && values.every((weight) => weight > 0))) {
    throw new RangeError(
      `fixed.weights: expected numbers above 0 that sum to 1, got the sum ${sum}; divide each weight by their sum`,
    );
  }
  return values;
}

function fixedComponents(value: unknown, K: number, argument: string): boolean[] {
  const held = new Array<boolean>(K).fill(value === true);
  if (value === undefined || typeof value === "boolean") return held;
  if (!isList(value)) {
    throw new TypeError(
      `${argument}: expected true, false or numbers of components, got ${received(value)}; write for example [0, 2]`,
    );
  }
  const some = `numbers of components, from 0 to ${K - 1}`;
  for (let i = 0; i < value.length; i++) {
    held[integerIn(argument, value[i], 0, "count the components from 0", K - 1, some)] = true;
  }
  return held;
}
