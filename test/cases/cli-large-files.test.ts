// What the command line takes of memory and time follows the size of a file, and where the heap would end it says so.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { CLI, expectRefusal, gaussmix, type Result, TIMEOUT, Workspace } from "../support/cli.ts";

const space = new Workspace();

/** `gaussmix` in a heap of so many megabytes. */
function inHeap(megabytes: number, args: readonly string[]): Result {
  return gaussmix(args, { env: { NODE_OPTIONS: `--max-old-space-size=${megabytes}` } });
}

/** A file of two columns and `n` rows. */
function tall(name: string, n: number): string {
  const lines = Array.from(
    { length: 1000 },
    (_, i) => `${(1 + (i * 7) / 997).toFixed(4)},${(1 + (i * 13) / 1499).toFixed(4)}\n`,
  );
  return space.file(name, `x,y\n${lines.join("").repeat(n / 1000)}`);
}

describe("a file of 8 MB in a heap of 32", () => {
  const quick = ["-k", "1", "--init", "random-from-data", "--max-iter", "1"];

  test("is fitted", () => {
    const { code, stderr, stdout } = inHeap(32, ["fit", tall("tall.csv", 600_000), ...quick]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.not.stringMatching(/^\s+at|FATAL/m) });
    expect(stdout).toMatch(/^data +\S+tall\.csv, 600000 rows$/m);
  });

  test("is labelled, from standard input too", () => {
    const path = tall("tall.csv", 300_000);
    const model = space.namelessModel;
    const [file, input] = [path, "-"].map((from) => {
      const run = spawnSync(process.execPath, ["--max-old-space-size=32", CLI, "predict", model, from], {
        input: readFileSync(path),
        timeout: TIMEOUT,
        maxBuffer: 2 ** 28,
      });
      expect([run.status, `${run.stderr}`]).toEqual([0, ""]);
      expect(run.stdout.filter((byte) => byte === 10)).toHaveLength(300_001);
      return createHash("sha256").update(run.stdout).digest("hex");
    });
    expect(input).toBe(file);
  });
});

describe("columns without number", () => {
  /** A file of `n` columns, three rows. */
  function wide(n: number): string {
    const line = (write: (i: number) => string | number): string =>
      Array.from({ length: n }, (_, i) => write(i)).join(",");
    const rows = [0, 1, 2].map((row) => line((i) => (i * 7 + row * row * 3) % 97));
    return space.file("wide.csv", `${[line((i) => `column_${i}`), ...rows].join("\n")}\n`);
  }

  // by the square of their number these would take minutes: the runs have a minute each
  test("are read, labelled, drawn and converted in time that follows their number", () => {
    const data = wide(400_000);
    const fit = gaussmix(["fit", data, "-k", "1", "--columns", "column_1,column_399999", "--json"]);
    expect(fit.code).toBe(0);
    expect(JSON.parse(fit.stdout)).toMatchObject({ report: { nRows: 3, columns: ["column_1", "column_399999"] } });

    const n = 100_000;
    const columns = Array.from({ length: n }, (_, i) => `column_${i}`);
    const model = space.file(
      "wide.json",
      JSON.stringify({
        ...{ format: "gaussmix", version: 1, covarianceType: "spherical", nComponents: 1, nFeatures: n, weights: [1] },
        ...{ means: [columns.map((_, i) => i % 7)], covariances: [1], columns },
      }),
    );
    const labelled = gaussmix(["predict", model, data]);
    expect(labelled.code).toBe(0);
    expect(labelled.stdout.slice(0, labelled.stdout.indexOf("\n")).split(",")).toHaveLength(400_003);
    expect(gaussmix(["sample", model, "-n", "2"]).code).toBe(0);
    expect(gaussmix(["convert", model, "--to", "binary"]).code).toBe(0);
  });

  test("are refused where the heap cannot hold them", () => {
    expectRefusal(
      inHeap(40, ["fit", wide(400_000), "-k", "1"]),
      /wide\.csv, line 1: expected a row of at most \d+ cells/,
    );
  });
});

describe("what has no end is refused in a heap of 40 MB", () => {
  const long = (text: string, times: number): Buffer => Buffer.alloc(text.length * times, text);
  for (const [name, input] of Object.entries({
    "a quote that is never closed": Buffer.concat([Buffer.from('x,y\n1,"'), long("a", 3e7)]),
    "a quote that is never closed, after some rows": Buffer.concat([
      Buffer.from('x,y\n1,2\n3,4\n5,"'),
      long("a\n", 3e7),
    ]),
    "one cell": long("a", 3e7),
    delimiters: long(",", 3e7),
    "line ends": long("\n", 3e7),
    "line ends below a name": Buffer.concat([Buffer.from("x\n"), long("\n", 3e7)]),
    "a comment": long("#", 3e7),
  })) {
    test(name, () => {
      expectRefusal(
        inHeap(40, ["fit", space.file("endless.csv", input), "-k", "1"]),
        /^gaussmix: \S*endless\.csv.*: expected .*\n$/,
      );
    });
  }

  test("a model of JSON that grows when it is parsed", () => {
    const input = Buffer.concat([Buffer.from('{"means":['), long("[],", 3e6), Buffer.from("[]]}")]);
    expectRefusal(
      inHeap(40, ["sample", space.file("endless.json", input), "-n", "1"]),
      /expected a model that fits into memory, got JSON that may take \d+ MB/,
    );
  });
});
