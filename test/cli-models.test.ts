import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { fromOnnx, GaussianMixture } from "../src/index.ts";
import {
  CLI,
  cellsOf,
  expectRefusal,
  FAITHFUL,
  gaussmix,
  IRIS,
  IRIS_COLUMNS,
  TIMEOUT,
  Workspace,
} from "./support/cli.ts";
import { dataset } from "./support/datasets.ts";

const EXAMPLE = fileURLToPath(new URL("../examples/iris.mjs", import.meta.url));
const space = new Workspace();

describe("predict", () => {
  test("gives the rows back with what the library says of them", () => {
    const { code, stdout, stderr } = gaussmix(["predict", space.irisModel, IRIS]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const [header, ...rows] = cellsOf(stdout);
    const input = cellsOf(readFileSync(IRIS, "utf8"));
    expect(header).toEqual([...input[0], "label", "probability_0", "probability_1", "probability_2", "log_density"]);
    expect(rows.map((row) => row.slice(0, 5))).toEqual(input.slice(1));

    const { data, shape } = dataset("iris");
    const mixture = GaussianMixture.fitSync({ data, shape }, { nComponents: 3, seed: 1 });
    expect(rows.map((row) => Number(row[5]))).toEqual([...mixture.predict({ data, shape })]);
    expect(rows.flatMap((row) => row.slice(6, 9).map(Number))).toEqual([...mixture.predictProba({ data, shape })]);
    expect(rows.map((row) => Number(row[9]))).toEqual([...mixture.scoreSamples({ data, shape })]);
  });

  test("finds the columns by name, in any order, beside gaps and text in others", () => {
    const input = "note,petal_width,petal_length,sepal_width,sepal_length,extra\nx,0.2,1.4,3.5,5.1,\n";
    const [header, row] = cellsOf(gaussmix(["predict", space.irisModel, "-"], { input }).stdout);
    const [, first] = cellsOf(gaussmix(["predict", space.irisModel, IRIS]).stdout);
    expect(header.slice(0, 6)).toEqual(input.split("\n")[0].split(","));
    expect(row.slice(6)).toEqual(first.slice(5));
  });

  test("quotes what needs quotes", () => {
    const input = 'name,x,y\n"a, ""b""\nc",0,0\n';
    const { stdout } = gaussmix(["predict", space.namelessModel, "-"], { input });
    expect(stdout).toMatch(/^name,x,y,label,.*\n"a, ""b""\nc",0,0,0,/);
  });

  test("--json gives an array of records: numbers for the model's columns, texts for others, null for -Infinity", () => {
    const input = "id,x,y\n007,0,0\n008,1e200,0\n";
    const { stdout } = gaussmix(["predict", space.namelessModel, "-", "--json", "--columns", "x,y"], { input });
    const records = JSON.parse(stdout) as Readonly<Record<string, unknown>>[];
    expect(Object.keys(records[0])).toEqual(["id", "x", "y", "label", "probability_0", "probability_1", "log_density"]);
    expect(records[0]).toMatchObject({ id: "007", x: 0, y: 0, label: 0 });
    expect(records[1]).toMatchObject({ id: "008", x: 1e200, log_density: null });
  });

  test("reads a model that fit printed with --json", () => {
    const { stdout: model } = gaussmix(["fit", IRIS, "-k", "3", "--seed", "1", "--json"]);
    const fromInput = gaussmix(["predict", "-", IRIS], { input: model });
    expect(fromInput.stdout).toBe(gaussmix(["predict", space.irisModel, IRIS]).stdout);
  });

  test("a column with the name of a new one is kept, and the new one numbered", () => {
    const drawn = gaussmix(["sample", space.irisModel, "-n", "5"]).stdout;
    const { stdout, stderr } = gaussmix(["predict", space.irisModel, "-"], { input: drawn });
    expect(cellsOf(stdout)[0].slice(4, 7)).toEqual(["label", "label_2", "probability_0"]);
    expect(stderr).toMatch(/note: .* has a column "label"; the new one is called "label_2"/);
  });

  test("refuses data of another width", () => {
    expectRefusal(
      gaussmix(["predict", space.irisModel, FAITHFUL]),
      /faithful\.csv: expected a column "sepal_length" \(named by .*iris\.json\), got none; .* "eruptions", "waiting"/,
    );
    expectRefusal(
      gaussmix(["predict", space.namelessModel, "-"], { input: "a,b,c\n1,2,3\n" }),
      /expected 2 columns of numbers, as many as .*nameless\.json has, got 3: "a", "b", "c"; .* --columns/,
    );
    expectRefusal(
      gaussmix(["predict", space.irisModel, IRIS, "--columns", "petal_width"]),
      /--columns: expected 4 names, as many as .* has columns, got 1/,
    );
  });

  test("refuses a missing number", () => {
    const input = `${IRIS_COLUMNS.join(",")}\n1,2,3,\n`;
    expectRefusal(
      gaussmix(["predict", space.irisModel, "-"], { input }),
      /line 2, column "petal_width": .*fill the value in/,
    );
  });
});

describe("models", () => {
  const identity =
    '{"format":"gaussmix","version":1,"covarianceType":"full","nComponents":1,"nFeatures":1,"weights":[1]';
  test.each([
    ["no JSON", "a,b\n1,2\n", /standard input: not a model of gaussmix: /],
    ["other JSON", '{"a": 1}', /not a model of gaussmix: .*json\.format/],
    ["null", "null", /not a model of gaussmix: /],
    ["a string", '"x"', /not a model of gaussmix: /],
    ["a negative variance", `${identity},"means":[[0]],"covariances":[[[-1]]]}`, /not a model of gaussmix: .*positive/],
    ["a missing part", `${identity},"means":[[0]]}`, /not a model of gaussmix: .*covariances/],
  ])("%s is refused", (_, input, message) => {
    expectRefusal(gaussmix(["sample", "-", "-n", "1"], { input }), message);
  });

  test("a missing file is refused", () => {
    expectRefusal(gaussmix(["sample", "missing.json", "-n", "1"]), /missing\.json: no such file or folder/);
  });
});

describe("convert", () => {
  const fixture = (name: string): string => fileURLToPath(new URL(`fixtures/interchange/${name}`, import.meta.url));
  const weightsOf = (text: string): number[] => (JSON.parse(text) as { weights: number[] }).weights;

  test.each(["json", "binary", "scikit-learn", "mclust", "matlab"])("writes %s, which reads back", (form) => {
    const out = join(space.folder, `iris.${form}`);
    expect(gaussmix(["convert", space.irisModel, "--to", form, "--out", out])).toEqual({
      code: 0,
      stdout: "",
      stderr: "",
    });
    expect(gaussmix(["convert", out]).stdout).toBe(readFileSync(space.irisModel, "utf8"));
    const labelled = gaussmix(["predict", out, IRIS]);
    expect(labelled).toEqual(gaussmix(["predict", space.irisModel, IRIS]));
  });

  test("writes to standard output, byte for byte", () => {
    const out = join(space.folder, "iris.bin");
    gaussmix(["convert", space.irisModel, "--to", "binary", "--out", out]);
    const { stdout } = spawnSync(process.execPath, [CLI, "convert", space.irisModel, "--to", "binary"]);
    expect(stdout.equals(readFileSync(out))).toBe(true);
    expect(gaussmix(["convert", "-"], { input: stdout }).stdout).toBe(readFileSync(space.irisModel, "utf8"));
  });

  test("reads ONNX", () => {
    const mixture = fromOnnx(readFileSync(fixture("iris-full.onnx")));
    expect(weightsOf(gaussmix(["convert", fixture("iris-full.onnx")]).stdout)).toEqual([...mixture.weights]);
    expect(gaussmix(["sample", fixture("iris-tied.onnx"), "-n", "2"]).code).toBe(0);
  });

  test("refuses what it cannot read or write", () => {
    expectRefusal(
      gaussmix(["convert", fixture("iris-pipeline.onnx")]),
      /not a model of gaussmix: bytes: .* pipeline; convert/,
    );
    expectRefusal(
      gaussmix(["convert", "-"], { input: Uint8Array.of(0x89, 1, 2) }),
      /not a model of gaussmix: bytes: expected/,
    );
    expectRefusal(
      gaussmix(["convert", "-"], { input: '{"weights_":[1]}' }),
      /not a model of gaussmix: json\.covariance_type/,
    );
    expectRefusal(
      gaussmix(["convert", space.irisModel, "--to", "yaml"]),
      /'yaml' is invalid. Allowed choices are json, binary/,
    );
    expectRefusal(gaussmix(["convert", space.irisModel, "--out", "-"]), /--out: expected a file, got -/);
  });
});

describe("sample", () => {
  test("draws the library's rows, and the same ones for the same seed", () => {
    const { code, stdout, stderr } = gaussmix(["sample", space.irisModel, "-n", "50", "--seed", "4"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const [header, ...rows] = cellsOf(stdout);
    expect(header).toEqual([...IRIS_COLUMNS, "label"]);
    const mixture = GaussianMixture.fromJSON(readFileSync(space.irisModel, "utf8"));
    const { data, labels } = mixture.sample(50, { seed: 4 });
    expect(rows.flatMap((row) => row.slice(0, 4).map(Number))).toEqual([...data]);
    expect(rows.map((row) => Number(row[4]))).toEqual([...labels]);

    expect(gaussmix(["sample", space.irisModel, "-n", "50", "--seed", "4"]).stdout).toBe(stdout);
    expect(gaussmix(["sample", space.irisModel, "-n", "50", "--seed", "5"]).stdout).not.toBe(stdout);
  });

  test("numbers the columns of a model without names", () => {
    expect(cellsOf(gaussmix(["sample", space.namelessModel, "-n", "1"]).stdout)[0]).toEqual(["x0", "x1", "label"]);
  });

  test("--json gives an array of records", () => {
    const { stdout } = gaussmix(["sample", space.namelessModel, "-n", "3", "--json"]);
    const records = JSON.parse(stdout) as Readonly<Record<string, number>>[];
    expect(records).toHaveLength(3);
    for (const record of records) expect(Object.keys(record)).toEqual(["x0", "x1", "label"]);
  });

  test("refuses a number of rows that is none", () => {
    expectRefusal(gaussmix(["sample", space.irisModel, "-n", "0"]), /--rows: expected an integer, 1 or more, got 0/);
  });
});

describe("standard output", () => {
  test("a reader that goes away, as head does, is no error", async () => {
    const child = spawn(process.execPath, [CLI, "sample", space.irisModel, "-n", "300000"], { timeout: TIMEOUT });
    let stderr = "";
    child.stderr.on("data", (chunk) => {
      stderr += chunk;
    });
    child.stdout.once("data", () => child.stdout.destroy());
    const code = await new Promise((resolve) => child.on("close", resolve));
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  });

  test.runIf(existsSync("/dev/full"))("output that cannot be written is a failure", () => {
    const command = `"$0" "$1" sample "$2" -n 10 > /dev/full`;
    const { status, stderr } = spawnSync("sh", ["-c", command, process.execPath, CLI, space.irisModel], {
      encoding: "utf8",
      timeout: TIMEOUT,
    });
    expect(stderr).toMatch(/^gaussmix: ENOSPC/);
    expect(status).toBe(1);
  });
});

describe("examples/iris.mjs", () => {
  test("prints the fit and how well it matches the species", () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [EXAMPLE], { encoding: "utf8", timeout: TIMEOUT });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toMatch(/^log-likelihood {2}-180\.18\d$/m);
    expect(stdout).toMatch(/^BIC {13}580\.8\d\d$/m);
    // the well known result: 5 flowers of 150 in the wrong component
    expect(stdout).toMatch(/^ {2}component \d +50 +0 +0$/m);
    expect(stdout).toMatch(/^ {2}component \d +0 +45 +0$/m);
    expect(stdout).toMatch(/^ {2}component \d +0 +5 +50$/m);
  });
});
