import { covarianceShape, formOf } from "../covariance/forms.ts";
import { ofFamily, parametersOf } from "../covariance/given.ts";
import type { Parameters } from "../covariance/parameters.ts";
import { received } from "../errors.ts";
import { repeated } from "../input/data.ts";
import { COVARIANCE_TYPES, type CovarianceType, type FamilyName, oneOf } from "../input/options.ts";
import { type Threshold, thresholdOf } from "./threshold.ts";

/** Names the format; a file without it is not ours. */
const FORMAT = "gaussmix";
/** Raised when the layout changes so that older readers would misread it. */
const VERSION = 1;

/** Numbers in nested arrays. */
export type Nested = readonly number[] | readonly Nested[];

/** A mixture as plain data; see docs/json.md for the format. */
export interface MixtureJSON {
  /** "gaussmix". */
  readonly format: string;
  /** 1. */
  readonly version: number;
  /** The shape of the covariances. */
  readonly covarianceType: CovarianceType;
  /** mclust's name of a family, where the covariances are of a narrower one than their shape says. */
  readonly family?: FamilyName;
  /** K. */
  readonly nComponents: number;
  /** D. */
  readonly nFeatures: number;
  /** Names of the D columns; left out if the data had none. */
  readonly columns?: readonly string[];
  /** [K]. */
  readonly weights: readonly number[];
  /** [K][D]. */
  readonly means: Nested;
  /** full [K][D][D], tied [D][D], diag [K][D], spherical [K]. */
  readonly covariances: Nested;
  /** What the mixture calls an anomaly; left out if it has not been told. */
  readonly anomalyThreshold?: Threshold;
}

const KEYS = [
  "format",
  "version",
  "covarianceType",
  "family",
  "nComponents",
  "nFeatures",
  "columns",
  "weights",
  "means",
  "covariances",
  "anomalyThreshold",
  "report",
];

/** Parameters as plain data. */
export function toJSON(
  parameters: Parameters,
  columns: readonly string[] | undefined,
  anomalyThreshold: Threshold | undefined,
): MixtureJSON {
  const { covarianceType, nComponents, nFeatures, weights, means, covariances } = parameters;
  return {
    format: FORMAT,
    version: VERSION,
    covarianceType,
    ...(parameters.family && { family: parameters.family }),
    nComponents,
    nFeatures,
    ...(columns ? { columns: [...columns] } : {}),
    weights: [...weights],
    means: nest(means, [nComponents, nFeatures]),
    covariances: nest(covariances, covarianceShape(formOf({ covarianceType }), nComponents, nFeatures)),
    ...(anomalyThreshold && { anomalyThreshold: { ...anomalyThreshold } }),
  };
}

/**
 * Checks plain data and reads the parameters from it. Nothing of it is executed or trusted.
 *
 * @throws {SyntaxError} If the text is not JSON.
 * @throws {TypeError | RangeError} If it is not a mixture of this version, or its parts do not fit each other.
 */
export function fromJSON(json: unknown): {
  readonly parameters: Parameters;
  readonly columns: readonly string[] | undefined;
  readonly anomalyThreshold: Threshold | undefined;
  /** As it stands, not checked. */
  readonly report: unknown;
} {
  const mixture = objectOf(parsed(json), "a mixture as toJSON gives it", "give the text or the parsed object");
  const field = (key: string): unknown => fieldOf(mixture, key);
  if (field("format") !== FORMAT) {
    throw new TypeError(
      `json.format: expected "${FORMAT}", got ${received(field("format"))}; give what toJSON or JSON.stringify(mixture) gave`,
    );
  }
  if (field("version") !== VERSION) {
    throw new RangeError(
      `json.version: expected ${VERSION}, got ${received(field("version"))}; read it with the release of gaussmix that wrote it`,
    );
  }
  const unknown = Object.keys(mixture).find((key) => !KEYS.includes(key));
  if (unknown !== undefined) {
    throw new TypeError(`json: expected only the keys ${KEYS.join(", ")}, got ${received(unknown)}; remove it`);
  }
  const covarianceType = oneOf("json.covarianceType", field("covarianceType"), COVARIANCE_TYPES);
  const list = (key: string): number[] => {
    const value = field(key);
    if (Array.isArray(value)) return value;
    throw new TypeError(`json.${key}: expected an array, got ${received(value)}; write the mixture anew`);
  };
  const parameters = parametersOf(
    { weights: list("weights"), means: list("means"), covariances: list("covariances") },
    covarianceType,
    "json.",
  );
  for (const key of ["nComponents", "nFeatures"] as const) {
    if (field(key) !== parameters[key]) {
      throw new RangeError(
        `json.${key}: expected ${parameters[key]}, as the parameters have it, got ${received(field(key))}; write the mixture anew`,
      );
    }
  }
  const family = field("family");
  const checked = family === undefined ? parameters : ofFamily(parameters, family, "json.family");
  const threshold = field("anomalyThreshold");
  return {
    parameters: checked,
    columns: columnsOf(field("columns"), parameters.nFeatures, "json.columns"),
    anomalyThreshold: threshold === undefined ? undefined : thresholdOf(threshold, "json.anomalyThreshold"),
    report: field("report"),
  };
}

/** The most bytes that reading a model takes for each of these characters: measured with Node 20 to 26. */
const BYTES_FOR: Readonly<Record<string, number>> = { ",": 40, "[": 60, "{": 60, '"': 41, ":": 50 };
/** What a text may ask for: so many times its length, and so many bytes. Numbers with all their digits ask for two to five times. */
const MOST_TIMES = 10;
const MOST_BYTES = 2 ** 23;

/**
 * What JSON says, given as text or parsed. Text that would take much more memory than its length is not parsed.
 *
 * @throws {SyntaxError} If the text is not JSON.
 * @throws {RangeError} If it is little but brackets, names or single digits, by the megabyte.
 */
export function parsed(json: unknown): unknown {
  if (typeof json !== "string") return json;
  const bytesFor = Array.from({ length: 128 }, (_, code) => BYTES_FOR[String.fromCharCode(code)] ?? 0);
  let bytes = 0;
  for (let i = 0; i < json.length; i++) bytes += bytesFor[json.charCodeAt(i)] ?? 0;
  if (bytes > MOST_TIMES * json.length + MOST_BYTES) {
    throw new RangeError(
      `json: expected text that takes up to ${MOST_TIMES} times its length in memory, got one for ${Math.ceil(bytes / json.length)} times; give the parsed object if you trust it`,
    );
  }
  return JSON.parse(json);
}

/** An object of JSON. @throws {TypeError} If it is none: what was `expected`, and the `remedy`. */
export function objectOf(value: unknown, expected: string, remedy: string, argument = "json"): object {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw new TypeError(`${argument}: expected ${expected}, got ${received(value)}; ${remedy}`);
}

/** A field of an object's own; what it inherits does not count. */
export function fieldOf(object: object, key: string): unknown {
  return Object.hasOwn(object, key) ? (object as Readonly<Record<string, unknown>>)[key] : undefined;
}

/** Names of the columns, checked; undefined if there are none. */
export function columnsOf(value: unknown, nFeatures: number, argument: string): readonly string[] | undefined {
  if (value === undefined) return undefined;
  if (
    !Array.isArray(value) ||
    value.length !== nFeatures ||
    value.some((name) => typeof name !== "string") ||
    repeated(value) !== undefined
  ) {
    throw new TypeError(
      `${argument}: expected ${nFeatures} different names, got ${received(value)}; name every column once, or leave it out`,
    );
  }
  return value as string[];
}

/** Numbers in nested arrays of a shape. */
export function nest(values: Float64Array, shape: readonly number[]): number[] | Nested[] {
  if (shape.length === 1) return [...values];
  const length = values.length / shape[0];
  return Array.from({ length: shape[0] }, (_, i) =>
    nest(values.subarray(i * length, (i + 1) * length), shape.slice(1)),
  );
}
