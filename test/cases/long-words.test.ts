// A text from outside may be as long as its sender likes. It is repeated in no error but for its beginning, and the search
// for the word that was meant costs no more for it. With a table of letters by letters 20 MB would end the process.
import { describe, expect, test } from "vitest";
import * as G from "../../src/index.ts";
import { nearest } from "../../src/input/nearest.ts";

const long = "x".repeat(20_000_000);
const rows = [
  [1, 2],
  [2, 1],
  [4, 3],
];
const plane = { weights: [1], means: [[0, 0]], covariances: [1], covarianceType: "spherical" as const };
const named = G.GaussianMixture.fromParameters({ ...plane, columns: [long, "y"] });
const json = JSON.parse(JSON.stringify(named)) as Record<string, unknown>;
const fitTo = (options: object): unknown => G.GaussianMixture.fitSync(rows, { nComponents: 1, ...options } as never);

const places: Readonly<Record<string, () => unknown>> = {
  "a type of covariances": () => fitTo({ covarianceType: long }),
  "an option": () => fitTo({ [long]: 1 }),
  "a strategy": () => fitTo({ init: long }),
  "a key of a start": () => fitTo({ init: { [long]: 1 } }),
  "a key of what is held": () => fitTo({ fixed: { [long]: 1 } }),
  "a key of a prior": () => fitTo({ prior: { [long]: 1 } }),
  "a name of a column that is not there": () =>
    G.GaussianMixture.fitSync([{ x: 1 }], { nComponents: 1, columns: [long] }),
  "a name of a column of numbers and texts": () =>
    G.GaussianMixture.fitSync([{ [long]: 1 }, { [long]: "a" }] as never, { nComponents: 1 }),
  "a text among numbers": () => G.GaussianMixture.fitSync([{ x: 1 }, { x: long }] as never, { nComponents: 1 }),
  "a text as data": () => G.GaussianMixture.fitSync(long as never, { nComponents: 1 }),
  "a name of a column of the mixture": () => named.predict([{ [long]: "a", y: 1 }] as never),
  "a column to condition on": () => G.condition(named, { [`${long}y`]: 1 }),
  "a column of a marginal": () => G.marginal(named, [`${long}y`]),
  "a column given twice": () => G.marginal(named, [long, long]),
  "names given twice": () => fitTo({ columns: [long, long] }),
  "a criterion": () => G.selectSync(rows, { criterion: long as never }),
  "a tail": () => G.cdf(G.marginal(named, ["y"]), 0, { tail: long as never }),
  "columns that differ": () =>
    G.klDivergence(named, G.GaussianMixture.fromParameters({ ...plane, columns: ["a", "y"] })),
  "a type in JSON": () => G.GaussianMixture.fromJSON({ ...json, covarianceType: long } as never),
  "a type in the text of JSON": () =>
    G.GaussianMixture.fromJSON(JSON.stringify({ ...json, columns: undefined, covarianceType: long })),
  "a key in JSON": () => G.GaussianMixture.fromJSON({ ...json, [long]: 1 } as never),
  "a format in JSON": () => G.GaussianMixture.fromJSON({ ...json, format: long } as never),
  "a type of scikit-learn": () => G.fromScikitLearn({ covariance_type: long }),
  "a type of MATLAB": () => G.fromMatlab({ ComponentProportion: 1, mu: [[0]], CovarianceType: long }),
  "a label among numbers": () => G.contingencyTable([1, long] as never, [1, 2]),
  "an integer of a million digits": () =>
    G.GaussianMixture.fitSync([{ x: 1 }, { x: 1n << 4_000_000n }] as never, { nComponents: 1 }),
  "a class with a long name": () =>
    G.GaussianMixture.fitSync(Object.create({ constructor: { name: long } }), { nComponents: 1 }),
};

describe("20 MB are refused in a few words:", () => {
  for (const [name, call] of Object.entries(places)) {
    test(name, () => {
      let message = "";
      try {
        call();
      } catch (error) {
        ({ message } = error as Error);
      }
      expect(message).toMatch(/^[\w.]+( with \w+)?: expected .+; .+$|^columns: .+; .+$/s);
      expect(message.length).toBeLessThan(1000);
    });
  }

  test("names of columns in a warning", () => {
    const { report } = G.GaussianMixture.fitSync(
      [
        { [long]: 1, y: 1 },
        { [long]: 1, y: 2 },
      ],
      { nComponents: 1 },
    );
    expect(report?.warnings.map(({ code }) => code)).toContain("CONSTANT_COLUMN");
    for (const { message } of report!.warnings) expect(message.length).toBeLessThan(1000);
  });
});

test("the nearest of very many words is found with bounded work, and still is the nearest", { timeout: 60_000 }, () => {
  const names = Array.from({ length: 300_000 }, (_, d) => `sensor ${String.fromCharCode(97 + (d % 26))}${d}`);
  expect(nearest("sensor_d3", names)).toBe("sensor d3");
  expect(nearest("SENSOR-Z259", names)).toBe("sensor z259");
  expect(nearest("senzor d3", names)).toBe("sensor d3");
  expect(nearest("q".repeat(64), names)).toBeUndefined();
});
