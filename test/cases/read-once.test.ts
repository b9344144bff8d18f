// What is given is read once, at the call: whatever the caller does to it afterwards, or whatever it says when it is asked
// again, the result is that of what it said first. Only the data of an asynchronous fit is read while it runs.
import { describe, expect, test } from "vitest";
import { type FitOptions, GaussianMixture, improve, type SelectOptions, select } from "../../src/index.ts";

const N = 60;
const rows = Array.from({ length: N }, (_, n) => [((n * 37) % 61) / 10 + (n % 2) * 20, ((n * 17) % 59) / 10]);
const labels = (): number[] => rows.map((_, n) => n % 2);
const responsibilities = (): number[][] => rows.map((_, n) => [n % 2, 1 - (n % 2)]);
const means = (): number[][] => [
  [3, 3],
  [23, 3],
];
const parameters = (): { weights: number[]; means: number[][]; covariances: number[][][] } => ({
  weights: [0.5, 0.5],
  means: means(),
  covariances: [
    [
      [4, 0],
      [0, 4],
    ],
    [
      [4, 0],
      [0, 4],
    ],
  ],
});

/** Options of every kind that holds something which can be changed later. */
const kinds: Readonly<Record<string, () => Omit<FitOptions, "nComponents">>> = {
  "weights in an array": () => ({ sampleWeight: rows.map((_, n) => 1 + (n % 3)) }),
  "weights in a typed array": () => ({ sampleWeight: Float64Array.from(rows, (_, n) => 1 + (n % 3)) }),
  "known labels": () => ({ labels: Int32Array.from(rows, (_, n) => (n < 9 ? n % 2 : -1)) }),
  "labels to start from": () => ({ init: labels() }),
  "labels by name": () => ({ init: { labels: Int32Array.from(labels()) } }),
  "responsibilities in rows": () => ({ init: responsibilities() }),
  "flat responsibilities": () => ({ init: { responsibilities: Float64Array.from(responsibilities().flat()) } }),
  "means to start from": () => ({ init: { means: means() } }),
  "flat means": () => ({ init: { means: Float64Array.from(means().flat()) } }),
  "parameters to start from": () => ({ init: parameters() }),
  "a prior": () => ({
    prior: {
      mean: [10, 3],
      scale: [
        [9, 0],
        [0, 9],
      ],
      shrinkage: 0.1,
      degreesOfFreedom: 5,
    },
  }),
  "what is held": () => ({ init: parameters(), fixed: { weights: [0.4, 0.6], means: [0], covariances: [1] } }),
  columns: () => ({ columns: ["a", "b"] }),
};

/** Puts nonsense into everything that can be written to. */
function scramble(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  if (ArrayBuffer.isView(value)) {
    (value as Float64Array).fill(-7);
    return;
  }
  for (const key of Object.keys(value)) {
    scramble((value as Record<string, unknown>)[key]);
    (value as Record<string, unknown>)[key] = "nonsense";
  }
  if (Array.isArray(value)) value.length = 1;
}

const bits = (mixture: GaussianMixture): string =>
  JSON.stringify([mixture, mixture.columns, mixture.report?.logLikelihood, [...(mixture.report?.trace ?? [])]]);

describe("what is scrambled right after the call does not matter:", () => {
  for (const [name, make] of Object.entries(kinds)) {
    test(`${name}, in a fit`, async () => {
      const expected = bits(await GaussianMixture.fit(rows, { nComponents: 2, ...make() }));
      const options = { nComponents: 2, ...make() };
      const fit = GaussianMixture.fit(rows, options);
      scramble(options);
      expect(bits(await fit)).toBe(expected);
    });
  }

  test("weights and lists, in a selection", async () => {
    const make = (): SelectOptions => ({
      nComponents: [1, 2],
      covarianceType: ["diag", "tied"],
      sampleWeight: Float64Array.from(rows, (_, n) => 1 + (n % 3)),
      columns: ["a", "b"],
    });
    const table = (candidates: Awaited<ReturnType<typeof select>>["candidates"]): string =>
      JSON.stringify(candidates.map(({ bic, mixture }) => [bic, mixture]));
    const expected = table((await select(rows, make())).candidates);
    const options = make();
    const selection = select(rows, options);
    scramble(options);
    expect(table((await selection).candidates)).toBe(expected);
  });

  test("weights, in an improvement", async () => {
    const begun = GaussianMixture.fitSync(rows, { nComponents: 3, maxIter: 3, init: "kmeans" });
    const make = () => ({ sampleWeight: Float64Array.from(rows, (_, n) => 1 + (n % 3)), moves: 2 });
    const expected = bits(await improve(begun, rows, make()));
    const options = make();
    const improved = improve(begun, rows, options);
    scramble(options);
    expect(bits(await improved)).toBe(expected);
  });
});

describe("an option that changes its mind counts as it was at first:", () => {
  for (const [name, make] of Object.entries(kinds)) {
    test(`${name}`, async () => {
      const expected = bits(await GaussianMixture.fit(rows, { nComponents: 2, ...make() }));
      const seen = new Map<PropertyKey, number>();
      const options = new Proxy({ nComponents: 2, ...make() } as FitOptions, {
        get(target, key) {
          seen.set(key, (seen.get(key) ?? 0) + 1);
          return seen.get(key) === 1 ? target[key as keyof FitOptions] : "nonsense";
        },
      });
      expect(bits(await GaussianMixture.fit(rows, options))).toBe(expected);
      expect(Math.max(...seen.values())).toBe(1);
    });
  }
});

/** A list that answers truly for so many reads of elements, and with something else from then on. */
function fickle<T extends object>(list: T, reads: number, later: unknown): T {
  let left = reads;
  return new Proxy(list, {
    get(target, key) {
      if (typeof key === "string" && /^\d+$/.test(key) && left-- <= 0) return later;
      return Reflect.get(target, key);
    },
  });
}

describe("lists that change while they are read end in a result or a named error, never in a trap:", () => {
  const places: Readonly<Record<string, (change: <T extends object>(list: T) => T) => [unknown, FitOptions]>> = {
    rows: (change) => [change(rows), { nComponents: 2 }],
    "a row": (change) => [rows.map((row, n) => (n === 7 ? change(row) : row)), { nComponents: 2 }],
    records: (change) => [change(rows.map(([x, y]) => ({ x, y }))), { nComponents: 2 }],
    "a column": (change) => [{ x: change(rows.map(([x]) => x)), y: rows.map(([, y]) => y) }, { nComponents: 2 }],
    "flat numbers": (change) => [{ data: change(rows.flat()), shape: [N, 2] }, { nComponents: 2 }],
    weights: (change) => [rows, { nComponents: 2, sampleWeight: change(rows.map(() => 1)) }],
    "known labels": (change) => [rows, { nComponents: 2, labels: change(labels()) }],
    "labels to start from": (change) => [rows, { nComponents: 2, init: change(labels()) }],
    responsibilities: (change) => [rows, { nComponents: 2, init: change(responsibilities()) }],
    means: (change) => [rows, { nComponents: 2, init: { means: change(means()) } }],
    "what is held": (change) => [rows, { nComponents: 2, init: parameters(), fixed: { means: change([0]) } }],
    columns: (change) => [rows, { nComponents: 2, columns: change(["a", "b"]) }],
  };
  const later = [undefined, null, Number.NaN, 1e308, -5, 7, "x", 3n, {}, []];
  for (const [name, make] of Object.entries(places)) {
    test(name, () => {
      for (const value of later) {
        for (const reads of [0, 1, 2, 3, 60, 61, 119, 120, 121, 300]) {
          try {
            const [data, options] = make((list) => fickle(list, reads, value));
            const { logLikelihood } = GaussianMixture.fitSync(data as number[][], { ...options, maxIter: 3 }).report!;
            expect(logLikelihood).toBeLessThan(Infinity);
          } catch (error) {
            expect((error as Error).message).toMatch(/^[\w.[\]]+: expected .+; .+$/s);
          }
        }
      }
    });
  }
});

test("data whose buffer is given away during the call are missed by name", () => {
  const data = Float64Array.from(rows.flat());
  const give = (): void => {
    structuredClone(data, { transfer: [data.buffer] });
  };
  const options = { nComponents: 2, nFeatures: 2, init: labels() };
  expect(() =>
    GaussianMixture.fitSync(data, {
      ...options,
      get columns() {
        give();
        return ["a", "b"];
      },
    }),
  ).toThrow(/^data: expected /);
});
