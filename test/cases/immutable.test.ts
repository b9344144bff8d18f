// A mixture is an immutable distribution: nothing that can be got hold of through it can be changed, or changes what it says.
import { describe, expect, test } from "vitest";
import {
  fromBytes,
  GaussianMixture,
  improveSync,
  Mixture,
  marginal,
  reduce,
  selectSync,
  toBytes,
} from "../../src/index.ts";

const rows = Array.from({ length: 24 }, (_, n) => ({ x: ((n * 7) % 11) + (n % 2) * 40, y: ((n * 3) % 5) * 100, z: 7 }));
const fitted = (): GaussianMixture => GaussianMixture.fitSync(rows, { nComponents: 2, nInit: 2, init: "kmeans" });

const makers: Readonly<Record<string, () => Mixture>> = {
  "a fit": fitted,
  "an improvement": () => improveSync(fitted(), rows),
  "the best of a selection": () => selectSync(rows, { nComponents: [1, 2], covarianceType: "diag" }).best,
  "given parameters": () =>
    GaussianMixture.fromParameters({
      weights: [1],
      means: [[0, 1]],
      covariances: [[1, 2]],
      covarianceType: "diag",
      columns: ["x", "y"],
    }),
  "a Mixture": () => Mixture.fromJSON(JSON.stringify(fitted())),
  JSON: () => GaussianMixture.fromJSON(JSON.stringify(fitted())),
  bytes: () => fromBytes(toBytes(fitted())),
  "a marginal": () => marginal(fitted(), ["y", "x"]),
  "a reduction": () => reduce(fitted(), 1).mixture,
};

/** Everything that a mixture says. */
const said = (mixture: Mixture): string =>
  JSON.stringify([
    mixture,
    mixture.columns,
    mixture.nParameters,
    (mixture as GaussianMixture).report,
    [...mixture.scoreSamples([{ x: 1, y: 200, z: 7 }])],
  ]);

/** Tries to change whatever can be reached, in every way that an object can be changed. */
function tamperWith(value: object, seen = new Set<object>()): void {
  if (seen.has(value)) return;
  seen.add(value);
  if (ArrayBuffer.isView(value)) {
    (value as Float64Array).fill(99);
    return;
  }
  const names = [
    ...Object.keys(value),
    "columns",
    "report",
    "weights",
    "means",
    "covariances",
    "trace",
    "extra",
    "0",
    "length",
  ];
  for (const name of names) {
    const inner = (value as Record<string, unknown>)[name];
    if (typeof inner === "object" && inner !== null) tamperWith(inner, seen);
    attempt(() => Reflect.set(value, name, ["y", "x"]));
    attempt(() => Reflect.defineProperty(value, name, { value: ["y", "x"], configurable: true }));
    attempt(() => Reflect.deleteProperty(value, name));
  }
  attempt(() => (value as unknown[]).push("mine"));
  attempt(() => (value as unknown[]).reverse());
  attempt(() => Object.setPrototypeOf(value, null));
}

function attempt(change: () => unknown): void {
  try {
    change();
  } catch {
    // it was refused
  }
}

describe("nothing can be changed about", () => {
  for (const [name, make] of Object.entries(makers)) {
    test(name, () => {
      const mixture = make();
      const before = said(mixture);
      tamperWith(mixture);
      expect(said(mixture)).toBe(before);
    });
  }
});

test("a change in strict code is an error, and the arrays that one gets are copies", () => {
  const mixture = fitted() as {
    columns: unknown;
    report: { warnings: unknown[]; starts: object[]; trace: Float64Array };
  } & GaussianMixture;
  expect(() => {
    mixture.columns = ["y", "x"];
  }).toThrow(TypeError);
  expect(() => mixture.report.warnings.push("mine")).toThrow(TypeError);
  expect(() => Object.assign(mixture.report.warnings[0] as object, { code: "mine" })).toThrow(TypeError);
  expect(() => Object.assign(mixture.report.starts[0], { converged: 1 })).toThrow(TypeError);
  expect(mixture.report.trace).toEqual(mixture.report.trace);
  expect(mixture.report.trace).not.toBe(mixture.report.trace);
});

test("a fit goes on from where it was, whatever was done to what its report gave out", () => {
  const options = { nComponents: 2, tol: 0, init: "kmeans" } as const;
  const whole = GaussianMixture.fitSync(rows, { ...options, maxIter: 12 });
  const begun = GaussianMixture.fitSync(rows, { ...options, maxIter: 5 });
  tamperWith(begun);
  const { init: _, ...rest } = options;
  const done = GaussianMixture.fitSync(rows, { ...rest, maxIter: 7, warmStart: begun });
  expect(JSON.stringify(done)).toBe(JSON.stringify(whole));
  expect(done.report?.trace).toEqual(whole.report?.trace);
});
