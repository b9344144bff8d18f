// The log-density below which a row is an anomaly: as a value that a mixture can carry.
import { received } from "../errors.ts";

/** How a threshold was found: by a formula, from rows drawn from the mixture, or from rows given. */
export const THRESHOLD_METHODS = ["exact", "monte-carlo", "empirical"] as const;

/** The log-density below which a row counts as an anomaly, and how it was found. */
export interface Threshold {
  /** Log-density, in nats. */
  readonly threshold: number;
  /** The share of the mixture (with `data`: of such rows) whose log-density is below the threshold. */
  readonly level: number;
  /** Standard deviation of the share that is really below it, as the rows are random; 0 if exact. */
  readonly standardError: number;
  /** "exact": one column or one component. "monte-carlo": from rows drawn. "empirical": from `data`. */
  readonly method: (typeof THRESHOLD_METHODS)[number];
}

/** A threshold of its own, frozen. @throws {TypeError | RangeError} If what is given is none. */
export function thresholdOf(given: unknown, argument: string): Threshold {
  const remedy = "give what anomalyThreshold or highestDensityRegion gave";
  if (typeof given !== "object" || given === null) {
    throw new TypeError(`${argument}: expected a threshold, got ${received(given)}; ${remedy}`);
  }
  const read = (key: keyof Threshold, expected: string, isRight: (value: unknown) => boolean): unknown => {
    const value = Reflect.get(given, key);
    if (isRight(value)) return value;
    throw new RangeError(`${argument}.${key}: expected ${expected}, got ${received(value)}; ${remedy}`);
  };
  const isShare = (value: unknown): boolean => typeof value === "number" && value >= 0 && value <= 1;
  return Object.freeze({
    threshold: read("threshold", "a finite number", Number.isFinite),
    level: read("level", "a share from 0 to 1", isShare),
    standardError: read("standardError", "a number from 0 to 1", isShare),
    method: read("method", `one of ${THRESHOLD_METHODS.join(", ")}`, (value) =>
      THRESHOLD_METHODS.some((name) => name === value),
    ),
  } as Threshold);
}
