// Plain EM against scikit-learn 1.2.1, number by number, and both against the same iterations in 60 digits.
import { describe, expect, test } from "vitest";
import { type CovarianceType, GaussianMixture, type NestedOrFlat } from "../src/index.ts";
import { taus } from "./support/bounds.ts";
import { distance, worst } from "./support/compare.ts";
import { dataset, fixture, spreads } from "./support/datasets.ts";

type Triangle = readonly (readonly number[])[];

/** Parameters as tools/reference/sklearn_fixtures.py writes them: matrices are lower triangles. */
interface Figures {
  readonly weights: readonly number[];
  readonly means: readonly (readonly number[])[];
  readonly covariances: NestedOrFlat;
}

interface Case {
  readonly K: number;
  readonly covarianceType: CovarianceType;
  readonly startWeights: Figures["weights"];
  readonly startMeans: Figures["means"];
  readonly startCovariances: Figures["covariances"];
  readonly afterIterations: Readonly<Record<string, Figures & { meanLogLikelihood: number; bic: number; aic: number }>>;
  readonly probeRows: readonly number[];
  readonly afterOneIterationLogDensity: readonly number[];
  readonly afterOneIterationResponsibilities: readonly (readonly number[])[];
}

/** What tools/reference/exact_em.py writes: decimals of 20 digits. */
interface Exact {
  readonly meanLogLikelihood: Readonly<Record<string, string>>;
  readonly logDensity: readonly string[];
  readonly responsibilities: readonly (readonly string[])[];
}

function mixtureOf(type: CovarianceType, { weights, means, covariances }: Figures): GaussianMixture {
  const whole = (triangle: Triangle): number[][] =>
    triangle.map((_, i) => triangle.map((_row, j) => triangle[Math.max(i, j)][Math.min(i, j)]));
  let square = covariances;
  if (type === "full") square = (covariances as readonly Triangle[]).map(whole);
  if (type === "tied") square = whole(covariances as Triangle);
  return GaussianMixture.fromParameters({ covarianceType: type, weights, means, covariances: square });
}

const exact = JSON.parse(fixture("exact.json")) as Readonly<Record<string, readonly Exact[]>>;
const one = (): number => 1;

for (const name of ["iris", "faithful", "wine", "breast_cancer"] as const) {
  const set = dataset(name);
  const figures = JSON.parse(fixture(`${name}.sklearn.json`)) as {
    readonly cases: readonly Case[];
    readonly reg_covar: number;
  };
  figures.cases.forEach((peer, at) => {
    const { K, covarianceType: type } = peer;
    const start = { weights: peer.startWeights, means: peer.startMeans, covariances: peer.startCovariances };
    const init = mixtureOf(type, start);
    const iterated = (maxIter: number): GaussianMixture =>
      GaussianMixture.fitSync(set, {
        nComponents: K,
        covarianceType: type,
        init,
        regCovar: figures.reg_covar,
        maxIter,
        tol: 0,
        accelerate: false,
      });
    const probes = {
      data: peer.probeRows.flatMap((n) => [...rowOf(n)]),
      shape: [peer.probeRows.length, set.shape[1]] as const,
    };
    function rowOf(n: number): Float64Array {
      return set.data.subarray(n * set.shape[1], (n + 1) * set.shape[1]);
    }

    describe(`${name}, ${type}, K = ${K}`, () => {
      for (const [count, expected] of Object.entries(peer.afterIterations)) {
        test(`after ${count} iterations the parameters agree with scikit-learn's to 1e-8 of their own scale`, () => {
          const apart = distance(iterated(Number(count)), mixtureOf(type, expected), spreads(set));
          expect(apart.weights).toBeLessThan(1e-8);
          expect(apart.means).toBeLessThan(1e-8);
          expect(apart.covariances).toBeLessThan(1e-8);
        });
      }

      test("the mean log-likelihood, bic and aic agree with scikit-learn's to 1e-10", () => {
        for (const [count, expected] of Object.entries(peer.afterIterations)) {
          const mixture = iterated(Number(count));
          const score = mixture.score(set);
          expect(Math.abs(score - expected.meanLogLikelihood)).toBeLessThan(1e-10);
          expect(Math.abs(mixture.bic(set) / expected.bic - 1)).toBeLessThan(1e-10);
          expect(Math.abs(mixture.aic(set) / expected.aic - 1)).toBeLessThan(1e-10);
          expect(Math.abs((mixture.report?.logLikelihood ?? Number.NaN) / set.shape[0] - score)).toBeLessThan(1e-12);
        }
      });

      test("log-densities and responsibilities of single rows agree with scikit-learn's to 1e-10", () => {
        const mixture = iterated(1);
        const responsibilities = peer.afterOneIterationResponsibilities.flat();
        expect(worst(mixture.scoreSamples(probes), peer.afterOneIterationLogDensity, one)).toBeLessThan(1e-10);
        expect(worst(mixture.predictProba(probes), responsibilities, one)).toBeLessThan(1e-10);
      });

      // What is left above is the peer's rounding. Nothing computed from rounded covariances can promise more than this bound:
      // a change in their last digit moves a log-density by eps tau q / 2, with q the squared distance and tau from bounds.ts.
      test("agrees with the same iterations in 60 digits as far as rounded covariances allow", () => {
        const truth = exact[name][at];
        for (const [count, value] of Object.entries(truth.meanLogLikelihood)) {
          expect(Math.abs(iterated(Number(count)).score(set) - Number(value))).toBeLessThan(1e-12);
        }
        const mixture = iterated(1);
        const tau = Math.max(...taus(mixture));
        const distances = mixture.mahalanobis(probes);
        const bound = (n: number): number => {
          const q = Math.max(...distances.subarray(n * K, (n + 1) * K)) ** 2;
          return Number.EPSILON * tau * (q + set.shape[1]);
        };
        const responsibilities = truth.responsibilities.flat().map(Number);
        expect(worst(mixture.scoreSamples(probes), truth.logDensity.map(Number), bound)).toBeLessThan(1);
        expect(worst(mixture.predictProba(probes), responsibilities, (i) => bound(Math.floor(i / K)))).toBeLessThan(1);
      });
    });
  });
}
