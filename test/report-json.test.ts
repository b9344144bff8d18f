// A fit's report goes through JSON where that is asked for, and nothing else passes for one.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type FitReport, type FittedJSON, GaussianMixture, Mixture } from "../src/index.ts";
import { any, expectError } from "./support/errors.ts";
import { clouds, runs } from "./support/problems.ts";

const rows = clouds(200, 2, 2, 3);
const fitted = GaussianMixture.fitSync(rows, { nComponents: 3, prior: {}, maxIter: 3 });
const json = fitted.toJSON({ report: true });
const reportOf = (mixture: GaussianMixture): FitReport => {
  if (!mixture.report) throw new Error("expected a report");
  return mixture.report;
};

describe("toJSON with a report", () => {
  test("comes back with every field to the last bit, frozen", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.nat(100), fc.boolean(), (nComponents, seed, hasPrior) => {
        const options = { nComponents, seed, ...(hasPrior && { prior: {} }) };
        const mixture = GaussianMixture.fitSync(clouds(60, 2, 2, seed), options);
        const copy = GaussianMixture.fromJSON(JSON.stringify(mixture.toJSON({ report: true })));
        expect(reportOf(copy)).toEqual(reportOf(mixture));
        expect(copy.nParameters).toBe(mixture.nParameters);
        expect(Object.isFrozen(reportOf(copy).warnings)).toBe(true);
        expect(String(copy)).toBe(String(mixture));
      }),
      runs(20),
    );
  });

  test("is left out by default and by JSON.stringify, and where there was no fit", () => {
    expect(json.report?.warnings.map(({ code }) => code)).toContain("NOT_CONVERGED");
    expect(fitted.toJSON()).not.toHaveProperty("report");
    for (const text of [JSON.stringify(fitted), JSON.stringify({ report: fitted }), JSON.stringify([fitted])]) {
      expect(text).not.toContain("converged");
    }
    expect(GaussianMixture.fromJSON(fitted.toJSON()).toJSON({ report: true })).toEqual(fitted.toJSON());
  });

  test("is a copy: to change it does not change the mixture", () => {
    const own = fitted.toJSON({ report: true });
    const { warnings, trace } = own.report as unknown as { warnings: unknown[]; trace: number[] };
    warnings.length = 0;
    trace.fill(0);
    expect(fitted.toJSON({ report: true })).toEqual(json);
  });

  test("is passed over by a Mixture, which has none", () => {
    expect(Mixture.fromJSON(json).toJSON()).toEqual(fitted.toJSON());
  });

  test("takes no other option", async () => {
    await expectError(
      () => fitted.toJSON(any({ reprot: true })),
      TypeError,
      /^options: expected known names only, got "reprot"/,
    );
  });
});

describe("fromJSON of a report", () => {
  const wrong: Readonly<Record<keyof FitReport, readonly unknown[]>> = {
    converged: ["yes", undefined],
    nIterations: [-1, 1.5, "3", Number.NaN],
    logLikelihood: [null, Infinity, "1"],
    logPosterior: [null, "1"],
    trace: [3, [1, null], { length: 2 }],
    starts: [{}, [3], [{ logLikelihood: 1, nIterations: 1 }], [{ ...json.report?.starts[0], extra: 1 }]],
    optima: [[{ ...json.report?.optima[0], icl: "low" }], [null]],
    nRows: [undefined, -3],
    nDropped: [undefined, 0.5],
    leftOut: [undefined, [{ column: "x" }], [{ column: 3, reason: "texts" }]],
    nParameters: [0.5, 1e300],
    totalWeight: [undefined, Number.NaN],
    reproducible: [1],
    warnings: [[{ code: 3, message: "" }], [{ code: "A", message: "b", column: -1 }], "none"],
  };
  test.each(Object.entries(wrong))("refuses another value for %s by name", async (key, values) => {
    for (const value of values) {
      const given = { ...json, report: { ...json.report, [key]: value } } as unknown as FittedJSON;
      await expectError(
        () => GaussianMixture.fromJSON(given),
        RangeError,
        new RegExp(`^json\\.report\\.${key}: expected .+; write the mixture anew`),
      );
    }
  });

  test("refuses what is none, and a field that is not known", async () => {
    for (const report of [null, 3, []] as const) {
      await expectError(() => GaussianMixture.fromJSON(any({ ...json, report })), TypeError, /^json\.report: expected/);
    }
    const more = { ...json, report: { ...json.report, speed: 3 } };
    await expectError(() => GaussianMixture.fromJSON(any(more)), TypeError, /^json\.report: .+ got "speed"/);
  });
});
