import { test } from "vitest";
import { GaussianMixture, kMeans, eStep, mStep } from "../src/index.ts";
import { clouds, nested, rowsOf } from "./support/problems.ts";
import { distance, largest } from "./support/compare.ts";
import { dataset, spreads } from "./support/datasets.ts";
const nearest = (rows: number[][], c: number[][]) => rows.map((x) => { let b = 0, bd = Infinity; c.forEach((m, k) => { const d = x.reduce((s, v, i) => s + (v - m[i]) ** 2, 0); if (d < bd) { bd = d; b = k; } }); return [b, bd]; });
test("x", () => {
  for (const maxIter of [0, 1, 2, 3, 5, 300]) {
    const set = clouds(500, 2, 5, 3, 2);
    const r = kMeans(set, { nClusters: 5, maxIter, seed: 1 });
    const c = nested({ data: r.centres, shape: [5, 2] });
    const ref = nearest(nested(set), c);
    const diff = ref.filter(([b], n) => b !== r.labels[n]).length;
    console.log(maxIter, "wrong labels", diff, "inertia", r.inertia, ref.reduce((s, [, d]) => s + d, 0), r.nIterations);
  }
  // weights
  const set = clouds(100, 2, 2, 3, 3);
  const w = new Array(100).fill(2);
  const rep = rowsOf(set, w.flatMap((c, n) => new Array(c).fill(n)));
  const labels = w.map((_, n) => n % 2);
  const a = GaussianMixture.fitSync(set, { nComponents: 2, sampleWeight: w, init: { labels } });
  const b = GaussianMixture.fitSync(rep, { nComponents: 2, init: { labels: labels.flatMap((l) => [l, l]) } });
  console.log("weight 2 = two rows, defaults:", distance(a, b, spreads(set)));
  const tiny = clouds(6, 2, 2, 3, 3);
  const w6 = [1000, 1000, 1000, 1000, 1000, 1000], l6 = [0, 1, 0, 1, 0, 1];
  const a6 = GaussianMixture.fitSync(tiny, { nComponents: 2, sampleWeight: w6, init: { labels: l6 } });
  const r6 = rowsOf(tiny, w6.flatMap((c, n) => new Array(c).fill(n)));
  const b6 = GaussianMixture.fitSync(r6, { nComponents: 2, init: { labels: l6.flatMap((l) => new Array(1000).fill(l)) } });
  console.log("1000x:", distance(a6, b6, spreads(tiny)), a6.report!.logLikelihood, b6.report!.logLikelihood);
  // -0
  const z = GaussianMixture.fromParameters({ weights: [1], means: [[-0]], covariances: [[[1]]] });
  console.log(z.means, GaussianMixture.fromJSON(JSON.stringify(z)).means);
  // nInit best; trace
  // huge K
  const big = clouds(400, 2, 3, 5);
  console.time("K=N"); const kn = GaussianMixture.fitSync(big, { nComponents: 400, maxIter: 3 }); console.timeEnd("K=N");
  console.log(kn.report!.warnings.length);
  // aliasing
  const m = GaussianMixture.fitSync(dataset("iris"), { nComponents: 4 });
  const d = dataset("iris").data.slice();
  const p = m.predictProba(dataset("iris"));
  m.predictProba({ data: d, shape: [150, 4] }, d);
  console.log("alias", p.every((v, i) => v === d[i]));
  const bigd = new Float64Array(4 * 20000).map((_, i) => dataset("iris").data[i % 600]);
  const pb = m.predictProba({ data: bigd, shape: [20000, 4] });
  m.predictProba({ data: bigd, shape: [20000, 4] }, bigd);
  console.log("alias big", pb.every((v, i) => v === bigd[i]));
  // stopping at maxIter with converged
  for (const type of ["full", "tied", "diag", "spherical"] as const) {
    const f = GaussianMixture.fitSync(dataset("faithful"), { nComponents: 3, covarianceType: type });
    const g = GaussianMixture.fitSync(dataset("faithful"), { nComponents: 3, covarianceType: type, tol: 0, maxIter: 20000, accelerate: false });
    console.log(type, f.report!.logLikelihood, g.report!.logLikelihood, f.report!.nIterations, f.report!.converged);
  }
});
