// What a mixture says of rows and of its components, in numbers and in words.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { assign, describe as describeMixture, GaussianMixture, uncertainty, withThreshold } from "../src/index.ts";
import { dataset } from "./support/datasets.ts";
import { expectError } from "./support/errors.ts";
import { randomMixture, runs, sizes } from "./support/problems.ts";

const iris = dataset("iris");
const columns = ["sepal_length", "sepal_width", "petal_length", "petal_width"];
const mixture = GaussianMixture.fitSync(iris, { nComponents: 3, columns });

describe("assign", () => {
  test("gives the bits of predict, predictProba, scoreSamples and uncertainty, in one pass", () => {
    fc.assert(
      fc.property(sizes(1), (size) => {
        const model = randomMixture(size);
        const { data, shape } = model.sample(size.N, { seed: 3 });
        const rows = { data, shape };
        const { component, probability, logDensity, uncertainty: unsure } = assign(model, rows);
        expect(component).toEqual(model.predict(rows));
        expect(logDensity).toEqual(model.scoreSamples(rows));
        expect(unsure).toEqual(uncertainty(model, rows));
        const shares = model.predictProba(rows);
        expect([...probability]).toEqual([...component].map((k, n) => shares[n * size.K + k]));
      }),
      runs(40),
    );
  });

  test("gives rows as plain objects", () => {
    const some = assign(mixture, iris).rows();
    expect(some).toHaveLength(150);
    expect(some[149]).toEqual({
      row: 149,
      component: mixture.predict(iris)[149],
      probability: expect.closeTo(1, 0),
      uncertainty: uncertainty(mixture, iris)[149],
      logDensity: mixture.scoreSamples(iris)[149],
      isAnomaly: undefined,
    });
    expect(JSON.parse(JSON.stringify(some))).toEqual(some.map(({ isAnomaly: _, ...rest }) => rest));
  });

  test("flags rows below the mixture's threshold", () => {
    const region = { threshold: -3, level: 0.1, standardError: 0, method: "empirical" } as const;
    const { isAnomaly, logDensity, rows } = assign(withThreshold(mixture, region), iris);
    expect([...(isAnomaly ?? [])]).toEqual([...logDensity].map((one) => Number(one < -3)));
    expect(isAnomaly).toContain(1);
    expect(rows().map((row) => row.isAnomaly)).toEqual([...(isAnomaly ?? [])].map((flag) => flag === 1));
  });

  test("names the row that cannot be read, however far down", async () => {
    const data = Float64Array.from({ length: 400_000 }, (_, i) => i % 7);
    data[399_998] = Number.NaN;
    const line = GaussianMixture.fromParameters({ weights: [1], means: [[0]], covariances: [[[1]]] });
    await expectError(() => assign(line, data), RangeError, /row 399998/);
  });
});

describe("describe", () => {
  const described = describeMixture(mixture, iris);

  test("says how many rows each component holds, by predict's numbers", () => {
    const counts = [0, 0, 0];
    for (const label of mixture.predict(iris)) counts[label]++;
    expect(described.components.map(({ size }) => size)).toEqual(counts);
    expect(described.components.map(({ share }) => share)).toEqual(counts.map((count) => count / 150));
    expect(described.nRows).toBe(150);
  });

  test("without rows knows the shares by the weights", () => {
    const { nRows, components } = describeMixture(mixture);
    expect(nRows).toBeUndefined();
    expect(components.map(({ share, size }) => [share, size])).toEqual([...mixture.weights].map((w) => [w, undefined]));
  });

  test("orders the columns by the mean standardised difference from the others", () => {
    const { means, weights, components } = mixture;
    for (const { component: k, distinctions } of described.components) {
      const expected = columns.map((column, d) => {
        const others = [0, 1, 2].filter((j) => j !== k);
        const total = others.reduce((sum, j) => sum + weights[j], 0);
        const separation = others.reduce((sum, j) => {
          const variance = (components[k].sd[column] ** 2 + components[j].sd[column] ** 2) / 2;
          return sum + (weights[j] / total) * (Math.abs(means[k * 4 + d] - means[j * 4 + d]) / Math.sqrt(variance));
        }, 0);
        return { column, separation };
      });
      expected.sort((a, b) => b.separation - a.separation);
      expect(distinctions.map(({ column }) => column)).toEqual(expected.map(({ column }) => column));
      distinctions.forEach(({ separation }, i) => {
        expect(separation / expected[i].separation).toBeCloseTo(1, 12);
      });
    }
  });

  test("finds moments of the others together, also far from zero", () => {
    const far = GaussianMixture.fromParameters({
      weights: [0.5, 0.25, 0.25],
      means: [[0], [1e8 + 1], [1e8 + 3]],
      covariances: [[1], [1], [3]],
      covarianceType: "diag",
    });
    const [{ distinctions }] = describeMixture(far).components;
    expect(distinctions[0]).toMatchObject({ above: 0, othersMean: 1e8 + 2 });
    expect(distinctions[0].othersSd).toBeCloseTo(Math.sqrt(3), 7);
  });

  test("speaks in sentences that name the telling columns", () => {
    const [first, ...sentences] = described.text.split("\n");
    expect(first).toBe("3 components over 4 columns of 150 rows");
    expect(sentences).toEqual(described.components.map(({ sentence }) => sentence));
    expect(sentences[0]).toMatch(
      /^component 0 holds 33 % of the rows \(50 of 150\): "petal_length" is lower \(1\.46 ± 0\.172, elsewhere 4\.91 ± 0\.821\)/,
    );
    expect(sentences[1]).toMatch(/"petal_length" is in between/);
    expect(`${described}`).toBe(described.text);
  });

  test("survives JSON, whatever the columns are called", () => {
    const names = ["__proto__", "", "<script>", "constructor"];
    const rows = { data: iris.data, shape: iris.shape };
    const odd = describeMixture(GaussianMixture.fitSync(rows, { nComponents: 2, columns: names }), rows);
    expect(JSON.parse(JSON.stringify(odd))).toEqual(odd);
    expect(Object.keys(odd.components[0].mean)).toEqual(names);
  });

  test("of one component, of equal ones and of extreme ones says what there is to say", () => {
    const [one] = describeMixture(
      GaussianMixture.fitSync({ data: iris.data, shape: iris.shape }, { nComponents: 1 }),
    ).components;
    expect(one.distinctions).toEqual([]);
    expect(one.sentence).toMatch(/^component 0 holds 100 % of the mixture: column 0 is 5\.84 ± 0\.825, .+, …$/);
    const parameters = { weights: [0.5, 0.5], covariances: [[1], [1]], covarianceType: "diag" } as const;
    const equal = GaussianMixture.fromParameters({ ...parameters, means: [[3], [3]] });
    expect(describeMixture(equal).text).toMatch(/no column tells it from the others by its mean/);
    const wide = GaussianMixture.fromParameters({
      ...parameters,
      means: [[-1.7e308], [1.7e308]],
      covariances: [[1e-300], [1e300]],
    });
    for (const { distinctions } of describeMixture(wide).components) {
      expect(Object.values(distinctions[0]).every(Number.isFinite)).toBe(true);
    }
    const empty = GaussianMixture.fromParameters({ ...parameters, weights: [0, 1], means: [[1], [2]] });
    expect(describeMixture(empty, [[2], [2.1]]).components.map(({ size }) => size)).toEqual([0, 2]);
    expect(describeMixture(empty).components[1].distinctions).toEqual([]);
  });

  test("refuses what is no mixture, and rows of another width", async () => {
    await expectError(() => describeMixture({} as never), TypeError, /^mixture: expected a Mixture/);
    await expectError(() => describeMixture(mixture, [[1, 2]]), RangeError, /^data: expected rows of 4 numbers/);
  });
});

describe("summary", () => {
  test("has what a fit is judged by, sizes, means and standard deviations", () => {
    const lines = mixture.summary().split("\n");
    const { report } = mixture;
    const icl = report.optima.find(({ isResult }) => isResult)?.icl ?? Number.NaN;
    expect(lines[2]).toBe(
      `150 rows, 44 free parameters, BIC ${mixture.bic(iris).toPrecision(6)}, AIC ${mixture.aic(iris).toPrecision(6)}, ICL ${icl.toPrecision(6)}`,
    );
    expect(lines[5]).toMatch(/^rows +50\.00 +44\.88 +55\.12$/);
    expect(lines[7]).toMatch(/^ {2}"sepal_length" +5\.006 ± 0\.3489/);
    expect(lines).toHaveLength(11);
  });

  test("of a mixture that was not fitted has no figures of a fit", () => {
    expect(GaussianMixture.fromJSON(mixture.toJSON()).summary()).not.toMatch(/BIC|rows/);
  });
});
