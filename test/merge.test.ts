// Merging components into clusters by entropy (Baudry et al. 2010), beside R's mclust.
import { describe, expect, test } from "vitest";
import { adjustedRandIndex, GaussianMixture, merge } from "../src/index.ts";
import { worst } from "./support/compare.ts";
import { column, type Dataset, dataset, fixture } from "./support/datasets.ts";
import { expectError } from "./support/errors.ts";
import { clouds, nested, randomMixture } from "./support/problems.ts";

/** What mclust's clustCombi found, by tools/reference/mclust_combi.R. */
interface Case {
  readonly data: "baudry_4_1" | "baudry_4_4_2" | "iris" | "faithful";
  readonly model: string;
  readonly G: number;
  readonly weights: number[];
  readonly means: number[][];
  readonly covariances: number[][][];
  /** For 1, 2, … clusters. */
  readonly entropies: number[];
  /** The cluster of each row, for 1, 2, … clusters. */
  readonly labels: string[];
  /** The number of clusters that clustCombiOptim suggests. */
  readonly elbow: number;
}

const { cases } = JSON.parse(fixture("combi.mclust.json")) as { readonly cases: Case[] };

describe("beside mclust's clustCombi", () => {
  for (const { data, model, G, weights, means, covariances, entropies, labels, elbow } of cases) {
    const set: Dataset = dataset(data);
    const merging = merge({ weights, means, covariances }, set);

    test(`${data}, ${model}, ${G} components: the entropies are the same to 1e-9`, () => {
      expect(merging.steps.map(({ nClusters }) => nClusters)).toEqual(entropies.map((_, i) => G - i));
      merging.steps.forEach(({ entropy, nClusters }) => {
        const theirs = entropies[nClusters - 1];
        expect(Math.abs(entropy - theirs)).toBeLessThan(1e-9 * Math.max(1, theirs));
      });
    });

    test(`${data}, ${model}, ${G} components: so are the clusters of the rows`, () => {
      for (let count = 1; count <= G; count++) {
        const theirs = labels[count - 1].split(G > 9 ? " " : "").map(Number);
        expect(adjustedRandIndex(merging.labels(count), theirs)).toBe(1);
      }
    });

    test(`${data}, ${model}, ${G} components: the elbow over the number of clusters is clustCombiOptim's`, () => {
      expect(merging.nClustersUnscaled).toBe(elbow);
    });
  }

  test("the paper's example 4.1 has six components and four clusters", () => {
    const { weights, means, covariances, G } = cases[0];
    expect(G).toBe(6);
    const merging = merge({ weights, means, covariances }, dataset("baudry_4_1"));
    expect(merging.nClusters).toBe(4);
    expect(merging.steps[2].clusters.length).toBe(6);
    expect(new Set(merging.labels()).size).toBe(4);
  });
});

describe("a merging", () => {
  const set = clouds(400, 3, 6, 3, 4);
  const mixture = randomMixture({ D: 3, K: 6, type: "full", seed: 3 });
  const merging = merge(mixture, set);
  const K = 6;
  const N = 400;
  const proba = mixture.predictProba(set);

  /** Entropy of a soft clustering [N, clusters]. */
  const entropyOf = (shares: Float64Array): number =>
    -shares.reduce((sum, t) => sum + (t > 0 ? t * Math.log(t) : 0), 0);
  const added = (clusters: ArrayLike<number>, count: number): Float64Array => {
    const out = new Float64Array(N * count);
    for (let i = 0; i < N * K; i++) out[Math.floor(i / K) * count + clusters[i % K]] += proba[i];
    return out;
  };

  test("starts at the components and ends at one cluster", () => {
    const [first, last] = [merging.steps[0], merging.steps[K - 1]];
    expect([...first.clusters]).toEqual([0, 1, 2, 3, 4, 5]);
    expect([first.merged, first.nMerged]).toEqual([undefined, 0]);
    expect([...merging.labels(K)]).toEqual([...mixture.predict(set)]);
    expect([...merging.responsibilities(K)]).toEqual([...proba]);
    expect([...last.clusters]).toEqual([0, 0, 0, 0, 0, 0]);
    expect(last.entropy).toBeLessThan(1e-12);
    expect(last.nMerged).toBe(N);
    expect([...merging.labels(1)]).toEqual(new Array(N).fill(0));
  });

  test("takes at each step the two clusters whose union has the least entropy", () => {
    for (let step = 1; step < K; step++) {
      const [before, { merged, clusters, entropy, nClusters, nMerged }] = [
        merging.steps[step - 1],
        merging.steps[step],
      ];
      let least = Infinity;
      for (let i = 0; i <= nClusters; i++) {
        for (let j = 0; j < i; j++) {
          const joint = [...before.clusters].map((c) => (c === i ? j : c > i ? c - 1 : c));
          const value = entropyOf(added(joint, nClusters));
          if (value >= least) continue;
          least = value;
          expect(value).toBeGreaterThan(entropy - 1e-9);
          if (merged?.[0] === j && merged[1] === i) expect([...clusters]).toEqual(joint);
        }
      }
      expect(Math.abs(least - entropy)).toBeLessThan(1e-9);
      expect(nMerged).toBe(merging.labels(nClusters + 1).filter((label) => merged?.includes(label)).length);
    }
  });

  test("adds responsibilities up, and labels by the sums", () => {
    for (const { nClusters, clusters, entropy } of merging.steps) {
      const shares = merging.responsibilities(nClusters);
      const expected = added(clusters, nClusters);
      expect(worst(shares, expected, () => 1)).toBeLessThan(K * Number.EPSILON);
      expect(Math.abs(entropyOf(shares) - entropy)).toBeLessThan(1e-9);
      merging.labels(nClusters).forEach((label, n) => {
        const row = [...shares.subarray(n * nClusters, (n + 1) * nClusters)];
        expect(label).toBe(row.indexOf(Math.max(...row)));
      });
    }
    expect([...merging.labels()]).toEqual([...merging.labels(merging.nClusters)]);
    expect([...merging.responsibilities()]).toEqual([...merging.responsibilities(merging.nClusters)]);
  });

  test("answers with arrays of its own: to change one changes nothing", () => {
    merging.labels(2).fill(9);
    merging.responsibilities(2).fill(9);
    expect(Math.max(...merging.labels(2))).toBe(1);
    expect(Math.max(...merging.responsibilities(2))).toBeLessThanOrEqual(1 + Number.EPSILON);
  });

  test("suggests the elbow where two lines fit best, in either scale", () => {
    const residual = (points: readonly (readonly [number, number])[]): number => {
      const n = points.length;
      const [x, y] = [0, 1].map((i) => points.reduce((sum, point) => sum + point[i], 0) / n);
      const slope =
        points.reduce((sum, point) => sum + (point[0] - x) * (point[1] - y), 0) /
        points.reduce((sum, point) => sum + (point[0] - x) ** 2, 0);
      return points.reduce((sum, point) => sum + (point[1] - y - slope * (point[0] - x)) ** 2, 0);
    };
    const rows = (step: number): number =>
      merging.steps.slice(0, step + 1).reduce((sum, { nMerged }) => sum + nMerged, 0);
    const scaled = merging.steps.map(({ entropy }, step) => [rows(step), entropy] as const);
    const plain = merging.steps.map(({ entropy, nClusters }) => [nClusters, entropy] as const);
    for (const [points, suggested] of [
      [scaled, merging.nClusters],
      [plain, merging.nClustersUnscaled],
    ] as const) {
      const rests = points.map((_, i) =>
        i === 0 || i === K - 1 ? Infinity : residual(points.slice(0, i + 1)) + residual(points.slice(i)),
      );
      expect(suggested).toBe(K - rests.indexOf(Math.min(...rests)));
    }
  });

  test("of rows with weights is that of rows repeated as often, and does not know rows of weight 0", () => {
    const weights = Array.from({ length: N }, (_, n) => n % 4);
    const rows = nested(set);
    const repeated = rows.flatMap((row, n) => new Array<number[]>(weights[n]).fill(row));
    const weighted = merge(mixture, set, { sampleWeight: weights });
    const whole = merge(mixture, repeated);
    weighted.steps.forEach(({ entropy, ...step }, i) => {
      const { entropy: expected, ...others } = whole.steps[i];
      expect(step).toEqual(others);
      expect(Math.abs(entropy - expected)).toBeLessThan(2 * N * Number.EPSILON * expected + 1e-300);
    });
    expect([weighted.nClusters, weighted.nClustersUnscaled]).toEqual([whole.nClusters, whole.nClustersUnscaled]);
    // rows of weight 0 have a cluster all the same
    expect([...weighted.labels(K)]).toEqual([...mixture.predict(set)]);
    const ones = merge(mixture, set, { sampleWeight: new Array(N).fill(1) });
    expect(ones.steps).toEqual(merging.steps);
  });

  test("of components that share no rows has no entropy, and still an answer", () => {
    const apart = GaussianMixture.fromParameters({
      weights: [0.25, 0.25, 0.25, 0.25],
      means: [[0], [1e3], [2e3], [3e3]],
      covariances: [1, 1, 1, 1],
      covarianceType: "spherical",
    });
    const found = merge(apart, [[0], [1e3], [2e3], [3e3]]);
    expect(found.steps.map(({ entropy }) => entropy)).toEqual([0, 0, 0, 0]);
    expect(found.nClusters).toBeGreaterThanOrEqual(1);
    expect(found.nClusters).toBeLessThanOrEqual(4);
    // all rows on one component: no other merge moves a row, and the lines have no slope
    const piled = merge(apart, [[0], [0.5]]);
    expect(Number.isInteger(piled.nClusters) && piled.nClusters >= 1).toBe(true);
    // beyond all densities
    const far = merge(apart, [[1e200]]);
    expect(far.steps[0].entropy).toBeCloseTo(Math.log(4), 14);
  });

  test("of one or two components suggests them all", () => {
    const one = { weights: [1], means: [[0]], covariances: [[[1]]] };
    const single = merge(one, [[1], [2]]);
    expect([single.nClusters, single.nClustersUnscaled, single.steps.length]).toEqual([1, 1, 1]);
    const two = merge({ weights: [0.5, 0.5], means: [[0], [1]], covariances: [[[1]], [[1]]] }, [[1], [2]]);
    expect([two.nClusters, two.nClustersUnscaled, two.steps.length]).toEqual([2, 2, 2]);
  });

  test("reads records by the mixture's columns", () => {
    const byName = GaussianMixture.fitSync(
      { x: [...column(set, 0)], y: [...column(set, 1)] },
      { nComponents: 3, maxIter: 3 },
    );
    const records = Array.from({ length: 20 }, (_, n) => ({ y: set.data[3 * n + 1], x: set.data[3 * n] }));
    expect([...merge(byName, records).labels(3)]).toEqual([...byName.predict(records)]);
  });

  test("refuses what does not fit", async () => {
    await expectError(() => merge(mixture, [[1, 2]]), RangeError, /^data: .*nFeatures/);
    await expectError(() => merge(mixture, [[1, 2, Number.NaN]]), RangeError, /^data: expected finite numbers/);
    await expectError(() => merge(mixture, [] as never), RangeError, /^data: /);
    await expectError(() => merge(7 as never, set), TypeError, /^mixture: expected an object/);
    for (const sampleWeight of [[1], new Array<number>(N).fill(0), [-1, ...new Array<number>(N - 1).fill(1)]]) {
      await expectError(() => merge(mixture, set, { sampleWeight }), RangeError, /^sampleWeight: expected /);
    }
    for (const count of [0, 7, 1.5]) {
      await expectError(() => merging.labels(count), RangeError, /^nClusters: expected an integer from 1 to 6/);
      await expectError(() => merging.responsibilities(count), RangeError, /^nClusters: /);
    }
    await expectError(() => merging.labels("2" as never), TypeError, /^nClusters: /);
  });
});
