// Forms: how covariances are stored. Only they, and what reads or writes names, know which there are.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import {
  blockCount,
  blockLength,
  blockOf,
  covarianceLength,
  covarianceShape,
  formOf,
  parameterCount,
  variancesIn,
} from "../src/covariance/forms.ts";
import { matricesOf } from "../src/covariance/parameters.ts";
import { COVARIANCE_TYPES } from "../src/input/families.ts";
import { covarianceEntry } from "./support/forms.mjs";
import { runs } from "./support/problems.ts";

const root = fileURLToPath(new URL("../src/", import.meta.url));
const OURS = /^(?:covariance|families|input|interchange|cli)\//;
const others = (readdirSync(root, { recursive: true }) as string[])
  .map((path) => path.replaceAll("\\", "/"))
  .filter((path) => path.endsWith(".ts") && !OURS.test(path));

/** The names of forms that code has as texts, with their lines. */
function namesIn(path: string): string[] {
  const source = ts.createSourceFile(path, readFileSync(root + path, "utf8"), ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node) && (COVARIANCE_TYPES as readonly string[]).includes(node.text)) {
      found.push(`${path}:${source.getLineAndCharacterOfPosition(node.pos).line + 1}: ${node.text}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

test("only forms, families, input, interchange and the command line name a form", () => {
  expect(others.length).toBeGreaterThan(80);
  expect(others.flatMap(namesIn)).toEqual([]);
  const compared = /covarianceType ?(?:===|!==)|"spherical"/;
  expect(others.filter((path) => compared.test(readFileSync(root + path, "utf8")))).toEqual([]);
  // it would see one
  expect(namesIn("input/families.ts").length).toBeGreaterThan(4);
});

describe.each(COVARIANCE_TYPES)("the form of %s", (covarianceType) => {
  const form = formOf({ covarianceType });
  const sizes = fc.record({ K: fc.integer({ min: 1, max: 4 }), D: fc.integer({ min: 1, max: 5 }), seed: fc.nat(99) });

  test("has blocks that make up the shape, and entries where it says", () => {
    fc.assert(
      fc.property(sizes, ({ K, D, seed }) => {
        expect(form.name).toBe(covarianceType);
        const length = covarianceLength(form, K, D);
        expect(covarianceShape(form, K, D).reduce((product, side) => product * side, 1)).toBe(length);
        expect(blockCount(form, K) * blockLength(form, D)).toBe(length);
        const covariances = Float64Array.from({ length }, (_, i) => 1 + ((i * 7 + seed) % 11));
        const mixture = { covarianceType, nComponents: K, nFeatures: D, covariances };
        const matrices = matricesOf(mixture);
        for (let k = 0; k < K; k++) {
          const block = blockOf(form, covariances, K, k);
          expect(block.length).toBe(blockLength(form, D));
          for (let i = 0; i < D; i++) {
            for (let j = 0; j < D; j++) {
              const at = form.at(i, j, D);
              expect(at < 0 ? 0 : block[at]).toBe(covarianceEntry(mixture, k, i, j));
              expect(matrices[(k * D + i) * D + j]).toBe(covarianceEntry(mixture, k, i, j));
            }
          }
          expect([...variancesIn(form, block, D)]).toEqual(
            Array.from({ length: D }, (_, d) => matrices[(k * D + d) * D + d]),
          );
          const columns = [D - 1, 0];
          const some = form.marginal(block, columns, D);
          columns.forEach((from, d) => {
            const at = form.at(d, d, columns.length);
            expect(some[at]).toBe(matrices[(k * D + from) * D + from]);
          });
        }
      }),
      runs(40),
    );
  });

  test("holds of variances and of outer products what it can", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 1, maxLength: 5 }), (numbers) => {
        const z = Float64Array.from(numbers);
        const D = z.length;
        const squares = z.map((value) => value * value);
        const mean = squares.reduce((sum, value) => sum + value, 0) / D;
        const [outer, own] = [form.outer(z), form.ofVariances(squares)];
        for (let i = 0; i < D; i++) {
          const at = form.at(i, i, D);
          expect(outer[at]).toBe(form.isIsotropic ? mean : squares[i]);
          expect(own[at]).toBe(outer[at]);
          for (let j = 0; form.isDense && j < D; j++) {
            expect(outer[form.at(i, j, D)]).toBe(z[i] * z[j]);
            if (i !== j) expect(own[form.at(i, j, D)]).toBe(0);
          }
        }
      }),
      runs(40),
    );
  });

  test("has as many free parameters as textbooks count", () => {
    const [K, D] = [3, 4];
    const covariances = { full: K * 10, tied: 10, diag: K * D, spherical: K }[covarianceType];
    expect(parameterCount({ covarianceType, nComponents: K, nFeatures: D })).toBe(K - 1 + K * D + covariances);
  });
});
