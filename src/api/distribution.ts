// Shares and quantiles of a mixture over one column, and how sure a label is.
import { oneOf, optionsOf } from "../input/checks.ts";
import type { DataInput } from "../input/data.ts";
import { along } from "../model/line.ts";
import { givenLine, givenModel, givenNumbers } from "./given.ts";
import type { Mixture } from "./mixture.ts";

/** Which tail of a distribution counts. */
export interface TailOptions {
  /** "lower": the share at or below a point (default). "upper": the share above it, which keeps its digits where it is small. */
  readonly tail?: "lower" | "upper" | undefined;
}

function sideOf(options: TailOptions): number {
  const { tail } = optionsOf("options", options, ["tail"]);
  return oneOf("tail", tail ?? "lower", ["lower", "upper"]) === "upper" ? 1 : -1;
}

/**
 * The cumulative distribution function of a mixture over one column: the share of it at or below each point. With `tail:
 * "upper"` the share above, which is 1 minus that without the loss of digits.
 *
 * @param mixture - over one column, for example a `marginal`.
 * @param x - points; infinite ones too.
 * @param options - `tail`: "lower" (default) or "upper".
 * @returns Float64Array, one share for each point. Relative error some (3 + z²) 2.2e-16, z standard deviations out.
 * @throws {TypeError | RangeError} If the mixture has more than one column, or a point is not a number.
 * @example
 * cdf(marginal(mixture, ["y"]), [3, 7]);
 * cdf(marginal(mixture, ["y"]), 30, { tail: "upper" }); // the far tail, to all digits
 */
export function cdf(mixture: Mixture, x: number | ArrayLike<number>, options: TailOptions = {}): Float64Array {
  return along("tails", givenLine(mixture), givenNumbers("x", x, -Infinity, Infinity), sideOf(options));
}

/**
 * The quantile function of a mixture over one column: the point with the share p of it at or below. With `tail: "upper"`
 * the point with the share p above.
 *
 * @param mixture - over one column, for example a `marginal`.
 * @param p - shares, from 0 to 1.
 * @param options - `tail`: "lower" (default) or "upper".
 * @returns Float64Array, one point for each share; infinite at 0 and 1.
 * @throws {TypeError | RangeError} If the mixture has more than one column, or a share is not a number from 0 to 1.
 * @example
 * quantile(marginal(mixture, ["y"]), [0.025, 0.5, 0.975]);
 * quantile(marginal(mixture, ["y"]), 1e-30, { tail: "upper" });
 */
export function quantile(mixture: Mixture, p: number | ArrayLike<number>, options: TailOptions = {}): Float64Array {
  return along("quantiles", givenLine(mixture), givenNumbers("p", p, 0, 1), sideOf(options));
}

/**
 * How unsure the label of each row is: 1 minus the responsibility of its most likely component, formed as the sum of the
 * others' so that small ones keep their digits.
 *
 * @param mixture - whose labels they are.
 * @param data - N rows in any form.
 * @returns Float64Array of length N, from 0 to 1 - 1 / K.
 * @throws as `mixture.predictProba`.
 * @example
 * uncertainty(mixture, [[4.4, 5]]); // 0.173: the other component may have made this row
 */
export function uncertainty(mixture: Mixture, data: DataInput): Float64Array {
  const { nComponents: K } = givenModel(mixture);
  const responsibilities = mixture.predictProba(data);
  return Float64Array.from({ length: responsibilities.length / K }, (_, n) => {
    const row = responsibilities.subarray(n * K, n * K + K);
    const best = row.indexOf(row.reduce((a, b) => Math.max(a, b)));
    return row.reduce((sum, r, k) => (k === best ? sum : sum + r), 0);
  });
}
