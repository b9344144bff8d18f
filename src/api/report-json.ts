// A fit's report as plain data, and back.
import { received } from "../errors.ts";
import type { FitReport, FitWarning, Optimum, StartReport } from "../fit/diagnosis/report.ts";
import type { LeftOut } from "../input/data.ts";
import { fieldOf, type MixtureJSON, objectOf } from "../model/json.ts";

/** A fit's report as plain data: the trace is a list. */
export interface ReportJSON extends Omit<FitReport, "trace"> {
  /** The total log-likelihood (with a `prior`, the log-posterior) at the winning start and after each of its iterations. */
  readonly trace: readonly number[];
}

/** A mixture as plain data with the report of its fit. */
export interface FittedJSON extends MixtureJSON {
  /** How the mixture was fitted; left out if it was not. */
  readonly report?: ReportJSON;
}

/** A report as plain data of its own. */
export function reportJSON(report: FitReport): ReportJSON {
  const copies = <T extends object>(list: readonly T[]): T[] => list.map((one) => ({ ...one }));
  return {
    ...report,
    trace: [...report.trace],
    starts: copies(report.starts),
    optima: copies(report.optima),
    leftOut: copies(report.leftOut),
    warnings: copies(report.warnings),
  };
}

/** What a field must be, and whether a value is that. */
interface Kind {
  readonly expected: string;
  readonly fits: (value: unknown) => boolean;
}

const NUMBER: Kind = { expected: "a finite number", fits: Number.isFinite };
const COUNT: Kind = {
  expected: "an integer, 0 or more",
  fits: (value) => Number.isSafeInteger(value) && Number(value) >= 0,
};
const FLAG: Kind = { expected: "true or false", fits: (value) => typeof value === "boolean" };
const TEXT: Kind = { expected: "a text", fits: (value) => typeof value === "string" };
const maybe = ({ expected, fits }: Kind): Kind => ({ expected, fits: (value) => value === undefined || fits(value) });
const listOf = ({ expected, fits }: Kind): Kind => ({
  expected: `a list, each ${expected}`,
  fits: (value) => Array.isArray(value) && value.every(fits),
});
/** An object with these fields and no others. */
const recordOf = (fields: Readonly<Record<string, Kind>>): Kind => ({
  expected: `with ${Object.keys(fields).join(", ")}`,
  fits: (value) =>
    typeof value === "object" &&
    value !== null &&
    Object.keys(value).every((key) => Object.hasOwn(fields, key)) &&
    Object.entries(fields).every(([key, kind]) => kind.fits(fieldOf(value, key))),
});

/** What each field must be: made when it is asked for, as bundlers keep what is made at import. */
function reportFields(): Readonly<Record<keyof FitReport, Kind>> {
  const start = { logLikelihood: NUMBER, nIterations: COUNT, converged: FLAG } satisfies Record<
    keyof StartReport,
    Kind
  >;
  const optimum = {
    ...{ logLikelihood: NUMBER, icl: NUMBER, smallest: NUMBER, nStarts: COUNT, isResult: FLAG },
  } satisfies Record<keyof Optimum, Kind>;
  const warning = {
    ...{ code: TEXT, message: TEXT, component: maybe(COUNT), column: maybe(COUNT) },
  } satisfies Record<keyof FitWarning, Kind>;
  return {
    converged: FLAG,
    nIterations: COUNT,
    logLikelihood: NUMBER,
    logPosterior: maybe(NUMBER),
    trace: listOf(NUMBER),
    starts: listOf(recordOf(start)),
    optima: listOf(recordOf(optimum)),
    nRows: COUNT,
    nDropped: COUNT,
    leftOut: listOf(recordOf({ column: TEXT, reason: TEXT } satisfies Record<keyof LeftOut, Kind>)),
    nParameters: COUNT,
    totalWeight: NUMBER,
    reproducible: FLAG,
    warnings: listOf(recordOf(warning)),
  };
}

/** The report in a mixture's JSON, checked. @throws {TypeError | RangeError} If it is none. */
export function reportIn(json: unknown): FitReport {
  const remedy = "write the mixture anew, or leave its report out";
  const report = objectOf(json, "the report of a fit", remedy, "json.report");
  const fields = reportFields();
  const unknown = Object.keys(report).find((key) => !Object.hasOwn(fields, key));
  if (unknown !== undefined) {
    throw new TypeError(
      `json.report: expected only the keys ${Object.keys(fields).join(", ")}, got ${received(unknown)}; ${remedy}`,
    );
  }
  for (const [key, { expected, fits }] of Object.entries(fields)) {
    const value = fieldOf(report, key);
    if (!fits(value))
      throw new RangeError(`json.report.${key}: expected ${expected}, got ${received(value)}; ${remedy}`);
  }
  const checked = reportJSON(report as FitReport);
  return { ...checked, trace: Float64Array.from(checked.trace) };
}
