// The number of components and the shape of the covariances: the table, its order, and the best of it.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Candidate,
  type CovarianceType,
  GaussianMixture,
  MixtureError,
  type Selection,
  type SelectOptions,
  select,
  selectSync,
} from "../src/index.ts";
import { sameBits } from "./support/compare.ts";
import { type DatasetName, dataset, fixture } from "./support/datasets.ts";
import { expectError } from "./support/errors.ts";
import { clouds, nested, runs, type Shaped, TYPES, uniforms } from "./support/problems.ts";

/** The families of mclust that are covariance types of ours. */
const FAMILIES: Readonly<Record<string, CovarianceType>> = { VVV: "full", EEE: "tied", VVI: "diag", VII: "spherical" };

/** Pairs of models, the second of which can be every density of the first. */
const WIDER: readonly (readonly [CovarianceType, CovarianceType])[] = [
  ["spherical", "diag"],
  ["spherical", "full"],
  ["diag", "full"],
  ["tied", "full"],
];

const find = ({ candidates }: Selection, type: CovarianceType, K: number): Candidate => {
  const found = candidates.find((one) => one.covarianceType === type && one.nComponents === K);
  if (!found) throw new Error(`no candidate ${type} ${K}`);
  return found;
};

/** Pairs in which the model that contains the other is less likely, by more than rounding. */
function outOfOrder(selection: Selection): string[] {
  const { candidates } = selection;
  const bad: string[] = [];
  const compare = (small: Candidate, large: Candidate): void => {
    const [low, high] = [small, large].map(({ logLikelihood }) => logLikelihood ?? Number.NaN);
    if (high >= low - 1e-11 * Math.abs(low)) return;
    bad.push(`${large.covarianceType} ${large.nComponents}: ${high} < ${small.covarianceType} ${small.nComponents}: ${low}`);
  };
  for (const large of candidates) {
    if (large.error) continue;
    for (const small of candidates) {
      if (small.error || small.nComponents > large.nComponents) continue;
      const wider = WIDER.some(([a, b]) => a === small.covarianceType && b === large.covarianceType);
      if (wider || (small.covarianceType === large.covarianceType && small !== large)) compare(small, large);
    }
  }
  return bad;
}

describe("models that contain each other come in order", () => {
  const most: Readonly<Record<DatasetName, number>> = { iris: 9, faithful: 9, wine: 6, breast_cancer: 4 };
  for (const [name, nComponents] of Object.entries(most)) {
    test(`on ${name}`, () => {
      const selection = selectSync(dataset(name as DatasetName), { nComponents });
      expect(selection.candidates.filter(({ error }) => error)).toEqual([]);
      expect(outOfOrder(selection)).toEqual([]);
    });
  }

  test("on 500 random problems", () => {
    const problem = fc.record({
      N: fc.integer({ min: 4, max: 60 }),
      D: fc.integer({ min: 1, max: 4 }),
      K: fc.integer({ min: 1, max: 4 }),
      apart: fc.constantFrom(0.5, 3, 30),
      most: fc.integer({ min: 2, max: 4 }),
      weighted: fc.boolean(),
      seed: fc.integer({ min: 0, max: 2 ** 30 }),
    });
    fc.assert(
      fc.property(problem, ({ N, D, K, apart, most: nComponents, weighted, seed }) => {
        const uniform = uniforms(seed);
        const sampleWeight = weighted ? Float64Array.from({ length: N }, () => 0.1 + uniform()) : undefined;
        const selection = selectSync(clouds(N, D, K, seed, apart), { nComponents, seed, sampleWeight });
        expect(outOfOrder(selection)).toEqual([]);
      }),
      runs(500),
    );
  });
});
