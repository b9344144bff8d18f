// Model files that someone has tampered with: each gives a valid mixture or a clear error, and none makes the reader
// allocate more than ten times its size. GAUSSMIX_RUNS=100 tries a hundred times as many, GAUSSMIX_SEED others.
import { expect, test } from "vitest";
import {
  fromBytes,
  fromMatlab,
  fromMclust,
  fromOnnx,
  fromScikitLearn,
  GaussianMixture,
  MixtureError,
  toBytes,
  toMatlab,
  toMclust,
  toScikitLearn,
} from "../src/index.ts";
import { allocatedBy } from "./support/allocations.ts";
import { withChecksum } from "./support/files.ts";
import { onnx } from "./support/interchange.ts";
import { parametersOf } from "./support/mixtures.ts";
import { mutatedBytes, mutatedText } from "./support/mutations.ts";
import { randomMixture, runs, TYPES } from "./support/problems.ts";

const MOST = 10;
const PAGE = 65536;

const mixtures = TYPES.flatMap((type, seed) =>
  [
    [3, 4],
    [2, 9],
    [1, 1],
  ].map(([K, D]) => randomMixture({ K, D, type, seed })),
);
const named = GaussianMixture.fromParameters({ ...parametersOf(mixtures[0]), columns: ["a", "b", "c", "d"] });
const models = [...mixtures, named];

/** What a reader makes of a file: a mixture that holds together, or the error that it is refused with. */
function outcomeOf(read: () => GaussianMixture): GaussianMixture | Error {
  try {
    return read();
  } catch (error) {
    return error as Error;
  }
}

function expectValid(mixture: GaussianMixture): void {
  const { nComponents: K, nFeatures: D, weights, means } = mixture;
  expect(weights).toHaveLength(K);
  expect(means).toHaveLength(K * D);
  expect(Math.abs(weights.reduce((sum, weight) => sum + weight, 0) - 1)).toBeLessThan(1e-5);
  for (const values of [weights, means, mixture.covariances]) expect(values.every(Number.isFinite)).toBe(true);
  const row = [new Array<number>(D).fill(0)];
  expect(mixture.predictProba(row).every(Number.isFinite)).toBe(true);
  expect(mixture.scoreSamples(row)[0]).not.toBeNaN();
}

/** Argument, expected, got, remedy; or what JSON.parse says. */
function expectClear(error: Error): void {
  const isOurs = error instanceof TypeError || error instanceof RangeError || error instanceof MixtureError;
  if (isOurs)
    expect(error.message).toMatch(
      /^(?:json|bytes|weights|means|covariances|columns|family)[\w.[\]]*: expected .+; .+/s,
    );
  else expect(error, error.stack).toBeInstanceOf(SyntaxError);
}

interface Kind {
  readonly name: string;
  readonly count: number;
  readonly mutated: (seed: number) => string | Uint8Array;
  readonly read: (file: never) => GaussianMixture;
}

const text = (write: (mixture: GaussianMixture) => unknown) => {
  const texts = models.map((mixture) => JSON.stringify(write(mixture)));
  return (seed: number): string => mutatedText(texts[seed % texts.length], seed);
};
const files = models.map(toBytes);
const graphs = ["iris-full", "iris-full-plain", "iris-full-float", "iris-tied", "iris-diag", "iris-spherical"].map(
  onnx,
);
const kinds: readonly Kind[] = [
  { name: "our JSON", count: 10_000, mutated: text((mixture) => mixture), read: GaussianMixture.fromJSON },
  { name: "scikit-learn's JSON", count: 3000, mutated: text(toScikitLearn), read: fromScikitLearn },
  { name: "mclust's JSON", count: 3000, mutated: text(toMclust), read: fromMclust },
  { name: "MATLAB's JSON", count: 3000, mutated: text(toMatlab), read: fromMatlab },
  {
    name: "binary",
    count: 10_000,
    // half of them with the checksum mended, to get past it
    mutated: (seed) => {
      const file = mutatedBytes(files[seed % files.length], seed);
      return seed % 2 ? file : withChecksum(file);
    },
    read: fromBytes,
  },
  { name: "ONNX", count: 10_000, mutated: (seed) => mutatedBytes(graphs[seed % graphs.length], seed), read: fromOnnx },
];

for (const { name, count, mutated, read } of kinds) {
  const { seed = 0, numRuns = count } = runs(count);
  test(`${numRuns} mutated files, ${name}: valid or refused, in ${MOST} times their size`, {
    timeout: numRuns * 10,
  }, () => {
    let valid = 0;
    for (let i = 0; i < numRuns; i++) {
      const file = mutated(seed + i);
      let outcome: GaussianMixture | Error | undefined;
      const { arrays, pages } = allocatedBy(() => {
        outcome = outcomeOf(() => read(file as never));
      });
      if (outcome instanceof GaussianMixture) {
        valid++;
        expectValid(outcome);
      } else expectClear(outcome!);
      expect(arrays, `seed ${seed + i}`).toBeLessThanOrEqual(MOST * file.length);
      expect(pages, `seed ${seed + i}`).toBeLessThanOrEqual(MOST * file.length + PAGE);
    }
    // both happen, or the mutations are too weak or too strong to tell anything
    expect(valid).toBeGreaterThan(numRuns / 200);
    expect(valid).toBeLessThan(numRuns / 2);
  });
}
