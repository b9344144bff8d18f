// The JSON Schema that ships with the package and the reader mean the same format.
import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { GaussianMixture } from "../src/index.ts";
import { randomMixture, runs, sizes } from "./support/problems.ts";

const schema = JSON.parse(readFileSync(new URL("../docs/gaussmix.schema.json", import.meta.url), "utf8")) as object;
const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(schema);

describe("docs/gaussmix.schema.json", () => {
  test("fits every mixture that is written", () => {
    fc.assert(
      fc.property(sizes(), fc.boolean(), (size, isNamed) => {
        const { D } = size;
        const { weights, means, covariances, covarianceType } = randomMixture(size);
        const columns = isNamed ? Array.from({ length: D }, (_, d) => `x${d}`) : undefined;
        const mixture = GaussianMixture.fromParameters({ weights, means, covariances, covarianceType, columns });
        expect(validate(JSON.parse(JSON.stringify(mixture))), JSON.stringify(validate.errors)).toBe(true);
      }),
      runs(60),
    );
  });

  const mixture = randomMixture({ D: 2, K: 2, type: "full", seed: 3 }).toJSON();
  const tied = randomMixture({ D: 2, K: 2, type: "tied", seed: 3 }).toJSON();
  test.each([
    ["an array", []],
    ["another format", { ...mixture, format: "sklearn" }],
    ["another version", { ...mixture, version: 2 }],
    ["an unknown field", { ...mixture, extra: 1 }],
    ["a missing field", { ...mixture, weights: undefined }],
    ["another type's covariances", { ...mixture, covarianceType: "diag" }],
    ["one matrix for several", { ...mixture, covariances: tied.covariances }],
    ["several matrices for one", { ...tied, covariances: mixture.covariances }],
    ["a number as a text", { ...mixture, weights: ["0.5", "0.5"] }],
    ["a negative weight", { ...mixture, weights: [-1, 2] }],
    ["one name twice", { ...mixture, columns: ["a", "a"] }],
    ["no components", { ...mixture, nComponents: 0, weights: [] }],
  ])("refuses %s, as the reader does", (_, json) => {
    const plain: unknown = JSON.parse(JSON.stringify(json));
    expect(validate(plain)).toBe(false);
    expect(() => GaussianMixture.fromJSON(plain as string)).toThrow(/^json/);
  });
});
