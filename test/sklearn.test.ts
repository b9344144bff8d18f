import { describe, expect, test } from "vitest";
import { type CovarianceType, GaussianMixture, type NestedOrFlat } from "../src/index.ts";
import { distance, largest, worst } from "./support/compare.ts";
import { type DatasetName, dataset, fixture, spreads } from "./support/datasets.ts";

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

function mixtureOf(type: CovarianceType, { weights, means, covariances }: Figures): GaussianMixture {
  const whole = (triangle: readonly (readonly number[])[]): number[][] =>
    triangle.map((_, i) => triangle.map((_row, j) => triangle[Math.max(i, j)][Math.min(i, j)]));
  const full = type === "full" ? (covariances as number[][][]).map(whole) : covariances;
  const square = type === "tied" ? whole(covariances as number[][]) : full;
  return GaussianMixture.fromParameters({ covarianceType: type, weights, means, covariances: square });
}
const only = process.env.REPORT;
for (const name of ["iris", "faithful", "wine", "breast_cancer"] as const satisfies readonly DatasetName[]) {
  const set = dataset(name);
  const { cases, reg_covar: regCovar } = JSON.parse(fixture(`${name}.sklearn.json`)) as { cases: Case[]; reg_covar: number };
  describe(`${name}, against scikit-learn 1.2.1`, () => {
    for (const one of cases) {
      const { K, covarianceType: type } = one;
      const init = mixtureOf(type, { weights: one.startWeights, means: one.startMeans, covariances: one.startCovariances });
      const fit = (maxIter: number): GaussianMixture => GaussianMixture.fitSync(set, {
        nComponents: K, covarianceType: type, init, regCovar, maxIter, tol: 0, accelerate: false,
      });
      test(`${type} ${K}`, () => {
        const lines: string[] = [];
        for (const [count, figures] of Object.entries(one.afterIterations)) {
          const m = fit(Number(count));
          const d = distance(m, mixtureOf(type, figures), spreads(set));
          lines.push(`${name} ${type} ${K} ${count}: ${d.weights.toExponential(1)} ${d.means.toExponential(1)} ${d.covariances.toExponential(1)} ll ${Math.abs(m.score(set)-figures.meanLogLikelihood).toExponential(1)} bic ${Math.abs(m.bic(set)/figures.bic-1).toExponential(1)}`);
        }
        const m = fit(1);
        const rows = one.probeRows.map((n) => [...set.data.subarray(n*set.shape[1], (n+1)*set.shape[1])]);
        lines.push(`   probes ${worst(m.scoreSamples(rows), one.afterOneIterationLogDensity, () => 1).toExponential(1)} rel ${worst(m.scoreSamples(rows), one.afterOneIterationLogDensity, (i) => Math.abs(one.afterOneIterationLogDensity[i])).toExponential(1)} ${worst(m.predictProba(rows), one.afterOneIterationResponsibilities.flat(), () => 1).toExponential(1)}`);
        console.log(lines.join("\n"));
        expect(largest({weights:0,means:0,covariances:0})).toBe(0);
      });
    }
  });
}
