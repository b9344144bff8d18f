// Other work gets its turn also in what a fit does once: factors, sums over all rows, columns that depend on others.
import { expect, test } from "vitest";
import { contingencyTable, GaussianMixture } from "../../src/index.ts";
import { clouds, TYPES, uniforms } from "../support/problems.ts";

test("a fit of wide rows is cut into pieces of one tile, one component or one column", async () => {
  const [N, D, K] = [400, 120, 3];
  const rows = clouds(N, D, K, 1);
  for (const covarianceType of TYPES.filter((type) => type === "full" || type === "tied")) {
    // time stands still but for one millisecond a look: a slice is eight pieces
    const { now } = performance;
    let looks = 0;
    performance.now = () => looks++;
    try {
      await GaussianMixture.fit(rows, { nComponents: K, covarianceType, init: "kmeans", maxIter: 1, threads: 1 });
    } finally {
      performance.now = now;
    }
    // two passes over the rows for columns that depend on others, and each column once
    expect(looks).toBeGreaterThan(D + N / 32);
  }
});

test("a table of two thousand labels is matched by way of the cells that hold rows", () => {
  const uniform = uniforms(3);
  const label = (): number => Math.floor(2000 * uniform());
  const [a, b] = [Array.from({ length: 4000 }, label), Array.from({ length: 4000 }, label)];
  const { mapping, accuracy, labelsA, labelsB } = contingencyTable(a, b);
  expect(mapping.size).toBe(Math.min(labelsA.length, labelsB.length));
  expect(accuracy).toBe(a.filter((one, n) => mapping.get(one) === b[n]).length / 4000);
  // no worse than taking the first pair of each label that is still free
  const taken = new Set<number>();
  const greedy = new Map<number, number>();
  a.forEach((one, n) => {
    if (greedy.has(one) || taken.has(b[n])) return;
    greedy.set(one, b[n]);
    taken.add(b[n]);
  });
  expect(accuracy * 4000).toBeGreaterThanOrEqual(a.filter((one, n) => greedy.get(one) === b[n]).length);
});
