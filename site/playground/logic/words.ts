// What was found, in words: for people who do not see the picture, and for those who do.
import type { CovarianceType, FitWarning, Parameters } from "gaussmix";
import { matrixOf } from "./geometry.ts";
import type { CandidateRow, Term } from "./protocol.ts";
import { counted, measured, shown } from "./scale.ts";

/** What a type of covariances means, for people. */
export const TYPE_WORDS: Readonly<Record<CovarianceType, string>> = {
  full: "any shape",
  tied: "one shape for all",
  diag: "along the axes",
  spherical: "round",
};

/** A share for people: "31 %", "0.4 %". */
export function percent(share: number): string {
  const hundred = 100 * share;
  return `${hundred >= 10 || hundred === 0 ? Math.round(hundred) : Number(hundred.toPrecision(2))} %`;
}

/** One sentence about the whole. */
export function summary(parameters: Parameters, nRows: number, nUnsure: number): string {
  const groups = counted(parameters.nComponents, "group");
  const sure =
    parameters.nComponents === 1
      ? ""
      : nUnsure === 0
        ? " The model is sure of every row."
        : ` It is less than 90 % sure of ${counted(nUnsure, "row")} (${percent(nUnsure / nRows)}).`;
  return `${groups} in ${counted(nRows, "row")}.${sure}`;
}

/** One sentence about each component: its share, where it is, and how wide. */
export function descriptions(parameters: Parameters, names: readonly string[]): string[] {
  const D = parameters.nFeatures;
  return Array.from(parameters.weights, (weight, k) => {
    const matrix = matrixOf(parameters, k);
    const places = names.slice(0, 4).map((name, d) => {
      const deviation = Math.sqrt(matrix[d * D + d]);
      return `${name} ${measured(parameters.means[k * D + d], deviation)}`;
    });
    const rest = names.length > 4 ? ` and ${counted(names.length - 4, "column")} more` : "";
    return `Group ${k + 1}: ${percent(weight)} of the rows, ${places.join(", ")}${rest}.`;
  });
}

/** Which number of components BIC prefers, and by how much. */
export function preferred(candidates: readonly CandidateRow[]): string {
  const fitted = candidates.filter((row): row is CandidateRow & { bic: number } => Number.isFinite(row.bic));
  if (fitted.length === 0) return "";
  const [best, second] = fitted.toSorted((a, b) => a.bic - b.bic);
  const lead = `BIC prefers ${counted(best.nComponents, "group")}, ${TYPE_WORDS[best.covarianceType]} (${best.covarianceType})`;
  if (second === undefined) return `${lead}.`;
  const by = second.bic - best.bic;
  const how =
    by < 2 ? "hardly better than" : by < 6 ? "better than" : by < 10 ? "clearly better than" : "far better than";
  return `${lead}: ${how} ${counted(second.nComponents, "group")} (${second.covarianceType}), by ${shown(by, 3)}.`;
}

/** The arithmetic of a row's responsibilities, a line for each component. */
export function arithmetic(terms: readonly Term[]): string[] {
  const sum = terms.reduce((total, { product }) => total + product, 0);
  const lines = terms.map(({ weight, density, product, responsibility }, k) => {
    const left = `${k + 1}: ${shown(weight, 3)} × ${shown(density, 3)} = ${shown(product, 3)}`;
    return sum > 0 ? `${left}; ÷ ${shown(sum, 3)} = ${percent(responsibility)}` : `${left}; ${percent(responsibility)}`;
  });
  return lines;
}

/** What a warning of the library says, without what only a programmer can do about it. */
export function warned(warnings: readonly FitWarning[]): string[] {
  return [...new Set(warnings.map(({ message }) => message))];
}

/** How EM came out, beside the best that has been found for the same rows, components and type. */
export function rested(logLikelihood: number, steps: number, best: number | undefined): string {
  const lead = `At rest after ${counted(steps, "step")}: log-likelihood ${shown(logLikelihood, 6)}`;
  if (best === undefined) return `${lead}.`;
  const below = best - logLikelihood;
  if (Math.abs(below) < 0.01) return `${lead}, the best found so far.`;
  if (below < 0)
    return `${lead}, ${shown(-below, 3)} above the fit's: likelier, which need not mean better; look at the smallest ellipse.`;
  return `${lead}, ${shown(below, 3)} below the best found so far: another optimum.`;
}
