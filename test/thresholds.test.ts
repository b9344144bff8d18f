// Thresholds that travel with a mixture, and what the small entry reads and asks.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  anomalyThreshold,
  fromBytes,
  fromOnnx,
  fromScikitLearn,
  GaussianMixture,
  highestDensityRegion,
  isAnomaly,
  Mixture,
  marginal,
  toBytes,
  toScikitLearn,
  uncertainty,
  withThreshold,
} from "../src/index.ts";
import * as served from "../src/predict.ts";
import { expectError } from "./support/errors.ts";
import { sameParameters } from "./support/mixtures.ts";
import { clouds, TYPES } from "./support/problems.ts";

const rows = clouds(300, 2, 2, 5);
const fitted = GaussianMixture.fitSync(rows, { nComponents: 2 });
const region = anomalyThreshold(fitted, { level: 0.05 });
const watched = withThreshold(fitted, region);
const flags = isAnomaly(fitted, rows, region);

describe("a mixture with a threshold", () => {
  test("flags what the threshold flags, and is the same mixture with the same report", () => {
    expect(flags).toContain(1);
    expect(isAnomaly(watched, rows)).toEqual(flags);
    expect(watched).toBeInstanceOf(GaussianMixture);
    expect(sameParameters(watched, fitted)).toBe(true);
    expect(watched.report).toEqual(fitted.report);
    expect(watched.anomalyThreshold).toEqual(region);
    expect(Object.isFrozen(watched) && Object.isFrozen(watched.anomalyThreshold)).toBe(true);
    expect(fitted.anomalyThreshold).toBeUndefined();
  });

  test.each(TYPES)("goes through JSON and bytes: %s", (covarianceType) => {
    const mixture = withThreshold(GaussianMixture.fitSync(rows, { nComponents: 2, covarianceType }), region);
    const copies = [
      GaussianMixture.fromJSON(JSON.stringify(mixture)),
      fromBytes(toBytes(mixture)),
      Mixture.fromJSON(structuredClone(mixture.toJSON())),
      served.fromBytes(toBytes(mixture)),
      GaussianMixture.fromParameters(mixture),
    ];
    for (const copy of copies) {
      expect(copy.anomalyThreshold).toEqual(region);
      expect(sameParameters(copy, mixture)).toBe(true);
      expect(isAnomaly(copy, rows)).toEqual(isAnomaly(mixture, rows, region));
    }
  });

  test("gives way to a threshold that is given", () => {
    expect(isAnomaly(watched, rows, { threshold: -Infinity })).not.toContain(1);
  });

  test("goes on from the checkpoint of its fit, as the mixture without one does", () => {
    const early = GaussianMixture.fitSync(rows, { nComponents: 2, init: "random-from-data", maxIter: 2 });
    const on = (warmStart: GaussianMixture): GaussianMixture =>
      GaussianMixture.fitSync(rows, { nComponents: 2, warmStart, maxIter: 3 });
    const trace = on(early).report?.trace;
    expect(on(withThreshold(early, region)).report?.trace).toEqual(trace);
    expect(on(GaussianMixture.fromParameters(GaussianMixture.fromJSON(early.toJSON()))).report?.trace).not.toEqual(
      trace,
    );
  });

  test("does not hand it on to another distribution", () => {
    expect(marginal(watched, [0]).anomalyThreshold).toBeUndefined();
  });

  test("keeps none of a region's other members, and no longer list of bytes than it takes", () => {
    const line = withThreshold(marginal(fitted, [0]), highestDensityRegion(marginal(fitted, [0]), { mass: 0.9 }));
    expect(Object.keys(line.anomalyThreshold ?? {})).toEqual(["threshold", "level", "standardError", "method"]);
    expect(toBytes(watched).length - toBytes(fitted).length).toBe(32);
  });

  test("is refused with what is wrong, and is asked for where there is none", async () => {
    await expectError(
      () => isAnomaly(fitted, rows),
      TypeError,
      /^region: expected what anomalyThreshold gives, got undefined/,
    );
    await expectError(() => withThreshold(fitted, -3 as never), TypeError, /^region: expected a threshold, got -3/);
    const wrong = { threshold: Number.NaN, level: 2, standardError: -1, method: "guess" };
    for (const [key, value] of Object.entries(wrong)) {
      const bad = { ...region, [key]: value } as never;
      await expectError(() => withThreshold(fitted, bad), RangeError, new RegExp(`^region\\.${key}: expected`));
      const json = { ...watched.toJSON(), anomalyThreshold: bad };
      await expectError(
        () => GaussianMixture.fromJSON(json),
        RangeError,
        new RegExp(`^json\\.anomalyThreshold\\.${key}`),
      );
    }
    await expectError(
      () => GaussianMixture.fromJSON({ ...watched.toJSON(), anomalyThreshold: null as never }),
      TypeError,
      /^json\.anomalyThreshold: expected a threshold, got null/,
    );
  });
});

describe("gaussmix/predict", () => {
  test("reads bytes, scikit-learn's attributes and ONNX to the bits of the whole library, as a Mixture", () => {
    const onnx = readFileSync(new URL("fixtures/interchange/wine-tied.onnx", import.meta.url));
    const pairs = [
      [served.fromBytes(toBytes(fitted)), fromBytes(toBytes(fitted))],
      [served.fromScikitLearn(toScikitLearn(fitted)), fromScikitLearn(toScikitLearn(fitted))],
      [served.fromOnnx(onnx), fromOnnx(onnx)],
    ];
    for (const [small, whole] of pairs) {
      expect(sameParameters(small, whole)).toBe(true);
      expect(small).not.toBeInstanceOf(GaussianMixture);
      expect(String(small)).toMatch(/^Mixture of/);
    }
  });

  test("flags anomalies and unsure labels as the whole library does", () => {
    const small = served.fromBytes(toBytes(watched));
    expect(served.isAnomaly(small, rows)).toEqual(flags);
    expect(served.uncertainty(small, rows)).toEqual(uncertainty(fitted, rows));
  });
});
