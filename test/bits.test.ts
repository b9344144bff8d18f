// Every result of a fixed set of problems, to the last bit. Every runtime must find the same (test/runtimes).
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import * as gaussmix from "../src/index.ts";
import { bitsOf } from "./runtimes/suite/bits.mjs";
import { TYPES } from "./support/problems.ts";
import { Workers } from "./support/workers.ts";

const workers = new Workers();

/** On record. After a numeric change that was meant, `npm run bits -- --write` records the new one. */
const record = JSON.parse(readFileSync(new URL("runtimes/bits.json", import.meta.url), "utf8"));

for (const threads of [1, 3]) {
  test(`fits, predictions and samples on ${threads === 1 ? "one thread" : "three threads"} have the bits on record`, async () => {
    const { all, problem } = await bitsOf(gaussmix, (fitMore) => fitMore({ threads, onIteration: workers.wait }));
    const short = Object.fromEntries(Object.entries(problem).map(([name, digest]) => [name, digest.slice(0, 8)]));
    expect(short).toEqual(record.problems);
    expect(all).toBe(record.sha256);
    expect(workers.started.length > 0).toBe(threads > 1);
    workers.expectServed(workers.started.length);
  });
}

test("the problems cover every covariance type and 1 to 64 columns", () => {
  for (let D = 1; D <= 64; D++) {
    for (const type of TYPES) {
      expect(record.problems).toHaveProperty([`${type}, ${D} columns`]);
    }
  }
});
