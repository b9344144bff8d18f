import { existsSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import manifest from "../package.json" with { type: "json" };
import { GaussianMixture } from "../src/index.ts";
import {
  expectRefusal,
  FAITHFUL,
  fitText,
  gaussmix,
  IRIS,
  IRIS_COLUMNS,
  type Report,
  Workspace,
} from "./support/cli.ts";
import { dataset } from "./support/datasets.ts";

const space = new Workspace();

describe("help and version", () => {
  test("--version prints the version of the package", () => {
    expect(gaussmix(["--version"])).toEqual({ code: 0, stdout: `${manifest.version}\n`, stderr: "" });
  });

  test.each([
    ["--help"],
    ["fit", "--help"],
    ["predict", "--help"],
    ["sample", "--help"],
    ["convert", "--help"],
    ["help", "fit"],
  ])("%s %s prints help with examples that fits 80 columns, but for commands", (...args) => {
    const { code, stdout, stderr } = gaussmix(args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^Usage: gaussmix/);
    expect(stdout).toMatch(/\nExamples\n {2}\$ .*gaussmix /);
    const long = stdout.split("\n").filter((line) => line.length > 81 && !line.includes("$"));
    expect(long).toEqual([]);
  });

  test("the help of commands that read CSV says that a header row is required", () => {
    for (const command of ["fit", "predict"]) expect(gaussmix([command, "--help"]).stdout).toMatch(/header row/);
  });
});

describe("usage errors end with exit code 2", () => {
  test("no command prints help on standard error", () => {
    const { code, stdout, stderr } = gaussmix([]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/Usage: gaussmix/);
  });

  test.each([
    [["fitt"], /unknown command 'fitt'\n\(Did you mean fit\?\)/],
    [["fit", IRIS], /required option '-k, --components <number>' not specified/],
    [["fit", "-k", "3"], /missing required argument 'file'/],
    [["fit", IRIS, IRIS, "-k", "3"], /too many arguments/],
    [["fit", IRIS, "-k", "three"], /'three' is invalid. It is not a number/],
    [["fit", IRIS, "-k", ""], /is invalid. It is not a number/],
    [
      ["fit", IRIS, "-k", "3", "--covariance", "diga"],
      /'diga' is invalid. Allowed choices are full, tied, diag, spher/,
    ],
    [["fit", IRIS, "-k", "3", "--effort", "much"], /'much' is invalid. Allowed choices are quick, standard, thorough/],
    [
      ["fit", IRIS, "-k", "3", "--effort", "quick", "--init", "kmeans"],
      /'--init <strategy>' cannot be used with option '--effort <effort>'/,
    ],
    [["fit", IRIS, "-k", "3", "--init", "luck"], /'luck' is invalid. Allowed choices are race, kmeans/],
    [["fit", IRIS, "-k", "3", "--colums", "a"], /unknown option '--colums'\n\(Did you mean --columns\?\)/],
    [["fit", IRIS, "-k", "3", "--columns", 'a"b'], /'a"b' is invalid. Names are separated by commas/],
    [["fit", IRIS, "-k", "3", "--columns", "a,b,a"], /Each name counts once; "a" is there twice/],
    [["fit", IRIS, "-k", "3", "--out", "-"], /--out: expected a file, got -/],
    [["predict", "-", "-"], /standard input can be read once/],
    [["sample", "model.json"], /required option '-n, --rows <number>' not specified/],
  ] as const)("gaussmix %j", (args, message) => {
    expectRefusal(gaussmix(args), message);
  });

  test.each([
    [["-k", "0"], /--components: expected an integer from 1 to the number of rows \(150\), got 0/],
    [["-k", "2.5"], /--components: .* got 2.5/],
    [["-k", "151"], /--components: .* got 151; use fewer components or more data/],
    [["-k", "3", "--tol", "-1"], /--tol: expected a finite number, 0 or more, got -1/],
    [["-k", "3", "--max-iter", "1.5"], /--max-iter: expected an integer/],
    [["-k", "3", "--reg-covar", "-1"], /--reg-covar: expected a finite number/],
    [["-k", "3", "--n-init", "0"], /--n-init: expected an integer/],
    [["-k", "3", "--seed", "-1"], /--seed: expected an integer/],
  ] as const)("what the library refuses is told in the words of the command line: %j", (args, message) => {
    const columns = ["--columns", "petal_length"]; // without a note on the species
    expectRefusal(gaussmix(["fit", IRIS, ...args, ...columns]), message);
  });
});

describe("fit", () => {
  test("prints a report to read", () => {
    const { code, stdout, stderr } = gaussmix(["fit", IRIS, "-k", "3", "--seed", "1"]);
    expect(code).toBe(0);
    expect(stderr).toBe('gaussmix: note: left out column "species": "setosa" in line 2 is not a number\n');
    expect(stdout).toMatch(/^Gaussian mixture: 3 components, full covariance\n/);
    expect(stdout).toMatch(/^data +\S+iris\.csv, 150 rows$/m);
    expect(stdout).toMatch(/^4 columns +sepal_length, sepal_width, petal_length, petal_width$/m);
    expect(stdout).toMatch(/^left out +species$/m);
    expect(stdout).toMatch(/^converged +yes, after \d+ iterations$/m);
    // R's mclust, converged from the species: -180.18547713, BIC 580.83890720 (fixed-start-mclust.csv, iris VVV)
    expect(stdout).toMatch(/^log-likelihood +-180\.18\d\d$/m);
    expect(stdout).toMatch(/^BIC +580\.8\d\d\d {2}\(44 parameters; lower is better\)$/m);
    expect(stdout).toMatch(/^AIC +448\.3\d\d\d$/m);
    // setosa stands apart: its component has a third of the rows and their mean
    expect(stdout).toMatch(
      /^component \d: weight 0\.3333\n +covariance\n +mean +sepal_length .*\n +sepal_length +5\.0060 +0\.12176 /m,
    );
    expect(stdout.match(/^component \d: weight/gm)).toHaveLength(3);
  });

  test.each([
    ["tied", /^covariance of every component\n +sepal_length +sepal_width/m],
    ["diag", /^component 0: weight 0\.\d{4}\n +mean +variance\n +sepal_length +\d/m],
    ["spherical", /^component 0: weight 0\.\d{4}, variance 0\.\d+\n +mean\n +sepal_length +\d/m],
  ])("prints the covariances of a %s fit", (type, pattern) => {
    const { code, stdout } = gaussmix(["fit", IRIS, "-k", "2", "--covariance", type]);
    expect(code).toBe(0);
    expect(stdout).toMatch(pattern);
  });

  test("prints numbers of very different scales without losing their digits", () => {
    const rows = Array.from({ length: 20 }, (_, n) => `${1e-12 * Math.sin(n)},${3e15 * Math.cos(n)},${n % 3}`);
    const { stdout } = gaussmix(["fit", "-", "-k", "1", "--covariance", "diag"], {
      input: `a,b,c\n${rows.join("\n")}`,
    });
    expect(stdout).toMatch(/^ +a +-?\d\.\d{4}e-\d\d +\d\.\d{4}e-25$/m);
    expect(stdout).toMatch(/^ +c +\d\.\d{4}e[+-]\d+ +\d\.\d{4}e-1$/m);
  });

  test("--json prints one object with the library's figures and nothing else", () => {
    const { code, stdout } = gaussmix(["fit", FAITHFUL, "-k", "2", "--seed", "7", "--json"]);
    expect(code).toBe(0);
    const { report, model } = JSON.parse(stdout) as { report: Report; model: object };
    const { data, shape, columns } = dataset("faithful");
    const mixture = GaussianMixture.fitSync({ data, shape }, { nComponents: 2, seed: 7, columns });
    expect(model).toEqual(mixture.toJSON());
    expect(report).toMatchObject({
      source: FAITHFUL,
      nRows: 272,
      columns: ["eruptions", "waiting"],
      leftOut: [],
      converged: true,
      nIterations: mixture.report?.nIterations,
      logLikelihood: mixture.report?.logLikelihood,
      bic: mixture.bic({ data, shape }),
      aic: mixture.aic({ data, shape }),
      nParameters: 11,
      warnings: [],
    });
  });

  test("hands every option to the library", () => {
    const args = "-k 2 --covariance tied --seed 5 --tol 1e-6 --max-iter 40 --reg-covar 0.01 --n-init 3 --init random";
    const { stdout } = gaussmix(["fit", FAITHFUL, "--columns", "waiting,eruptions", ...args.split(" "), "--json"]);
    const table = dataset("faithful");
    const swapped = Array.from({ length: table.shape[0] }, (_, n) => [table.data[2 * n + 1], table.data[2 * n]]);
    const mixture = GaussianMixture.fitSync(swapped, {
      nComponents: 2,
      covarianceType: "tied",
      columns: ["waiting", "eruptions"],
      seed: 5,
      tol: 1e-6,
      maxIter: 40,
      regCovar: 0.01,
      nInit: 3,
      init: "random",
    });
    const { model, report } = JSON.parse(stdout) as { model: object; report: { starts: readonly object[] } };
    expect(model).toEqual(mixture.toJSON());
    expect(report.starts).toEqual(mixture.report?.starts);
  });

  test.each(["quick", "standard", "thorough"] as const)("searches by --effort %s as the library does", (effort) => {
    const { stdout } = gaussmix(["fit", FAITHFUL, "-k", "3", "--effort", effort, "--json"]);
    const mixture = GaussianMixture.fitSync(dataset("faithful"), { nComponents: 3, effort });
    const { model } = JSON.parse(stdout) as { model: { means: readonly number[] } };
    expect([...Float64Array.from(model.means.flat())]).toEqual([...mixture.means]);
    const { stdout: plain } = gaussmix(["fit", FAITHFUL, "-k", "3", "--json"]);
    expect(plain === stdout).toBe(effort === "standard");
  });

  test("warns on standard error when the fit has not converged, and still succeeds", () => {
    const { code, stdout, stderr } = gaussmix(["fit", FAITHFUL, "-k", "3", "--max-iter", "1"]);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^gaussmix: warning: .*did not converge in 1 iterations?; raise --max-iter or --tol$/m);
    expect(stdout).toMatch(/^converged +no, after 1 iteration$/m);
  });

  test("a failed computation ends with exit code 1", () => {
    // more components than distinct rows, and nothing to keep them from collapsing
    const args = ["fit", "-", "-k", "4", "--reg-covar", "0", "--init", "kmeans"];
    expectRefusal(gaussmix(args, { input: "x\n1\n1\n1\n2\n2\n2\n" }), /positive definite.*--reg-covar/, 1);
  });

  test("GAUSSMIX_DEBUG shows where an error came from", () => {
    const { code, stderr } = gaussmix(["fit", "missing.csv", "-k", "3"], { env: { GAUSSMIX_DEBUG: "1" } });
    expect(code).toBe(2);
    expect(stderr).toMatch(/^\s+at /m);
    expect(stderr).toMatch(/caused by .*ENOENT/);
  });
});

describe("--out", () => {
  test("writes the model, with the names of the columns and nothing beside it", () => {
    const mixture = GaussianMixture.fromJSON(readFileSync(space.irisModel, "utf8"));
    expect(mixture.columns).toEqual(IRIS_COLUMNS);
    expect(mixture.nComponents).toBe(3);
    expect(readdirSync(space.folder).filter((name) => name.includes(".tmp"))).toEqual([]);
  });

  test("replaces a file, through a link too", () => {
    const target = space.file("old.json", "old");
    const link = join(space.folder, "link.json");
    symlinkSync(target, link);
    expect(gaussmix(["fit", FAITHFUL, "-k", "1", "--out", link]).code).toBe(0);
    expect(GaussianMixture.fromJSON(readFileSync(target, "utf8")).nComponents).toBe(1);
  });

  test.runIf(existsSync("/dev/null"))("writes to a device without replacing it", () => {
    expect(gaussmix(["fit", FAITHFUL, "-k", "1", "--out", "/dev/null"]).code).toBe(0);
    expect(readFileSync("/dev/null", "utf8")).toBe("");
  });

  test("leaves the old file alone when the fit fails", () => {
    const old = space.file("kept.json", "old");
    expect(gaussmix(["fit", FAITHFUL, "-k", "1000", "--out", old]).code).toBe(2);
    expect(readFileSync(old, "utf8")).toBe("old");
  });

  test("refuses a folder, a path that does not exist and the data itself, before the fit", () => {
    const data = space.file("data.csv", "x\n1\n2\n");
    expectRefusal(gaussmix(["fit", data, "-k", "1", "--out", space.folder]), /this is a folder; give a file/);
    const nowhere = join(space.folder, "no", "where.json");
    expectRefusal(gaussmix(["fit", data, "-k", "1", "--out", nowhere]), /no such file or folder/);
    expectRefusal(gaussmix(["fit", data, "-k", "1", "--out", data]), /--out: expected another file than the data/);
    expect(readFileSync(data, "utf8")).toBe("x\n1\n2\n");
  });
});

describe("reading CSV", () => {
  test("- reads standard input", () => {
    const { report } = fitText(readFileSync(FAITHFUL));
    expect(report).toMatchObject({ source: "standard input", nRows: 272, columns: ["eruptions", "waiting"] });
  });

  test.each([
    ["a byte order mark", "\ufeffa,b\n1,2\n3,5\n"],
    ["CRLF", "a,b\r\n1,2\r\n3,5\r\n"],
    ["semicolons", "a;b\n1;2\n3;5\n"],
    ["tabs", "a\tb\n1\t2\n3\t5\n"],
    ["spaces around cells", " a , b\n 1,2 \n3 , 5\n"],
    ["quoted cells", '"a","b"\n"1","2"\n"3",5\n'],
    ["blank lines", "\n\na,b\n\n1,2\n  \n3,5\n\n\n"],
    ["no line end at the end", "a,b\n1,2\n3,5"],
    ["signs, exponents and bare points", "a,b\n+1.,.2e1\n3e0,5\n"],
    ["UTF-16", Buffer.from("\ufeffa,b\n1,2\n3,5\n", "utf16le")],
  ])("understands %s", (_, input) => {
    const { report, stderr } = fitText(input);
    const mixture = GaussianMixture.fitSync(
      [
        [1, 2],
        [3, 5],
      ],
      { nComponents: 1 },
    );
    // two rows are few for a covariance
    expect(stderr.split("\n")).toEqual([
      "gaussmix: note: full covariances of 2 columns take 3 rows and more, got 2; see --covariance diag",
      'gaussmix: warning: 5 parameters from 2 rows of 2 columns: --covariance "full" takes 3 rows and more; use --covariance "diag", or fewer columns',
      expect.stringMatching(/^gaussmix: warning: component 0 rests on \d+ rows? \(/),
      "",
    ]);
    expect(report).toMatchObject({ nRows: 2, columns: ["a", "b"], logLikelihood: mixture.report?.logLikelihood });
  });

  test("the delimiter is the most frequent one outside quotes", () => {
    expect(fitText('"a,b,c";d\n1;2\n3;5\n').report.columns).toEqual(["a,b,c", "d"]);
    expect(fitText('"a,b,c";d\n1;2\n3;5\n', "--columns", '"a,b,c"').report.columns).toEqual(["a,b,c"]);
  });

  test("a column with text, without values or without a name is left out, and said so", () => {
    const { report, stderr } = fitText(",a,b,c\n1,2,x,\n2,4,y,\n3,7,6,\n");
    expect(report.columns).toEqual(["a"]);
    expect(report.leftOut).toEqual([
      { column: "", reason: "the header has no name" },
      { column: "b", reason: '"x" in line 2 is not a number' },
      { column: "c", reason: "every cell is empty" },
    ]);
    expect(stderr.match(/^gaussmix: note: left out (a column:|column "b":|column "c":) .*$/gm)).toHaveLength(3);
  });

  test("decimal commas are read: what R writes with write.csv2", () => {
    const { report, stderr } = fitText("eruptions;waiting\n3,6;79\n1,8;54\n3,333;74\n2,283;62\n4,533;85\n2,883;55\n");
    const rows = { data: [3.6, 79, 1.8, 54, 3.333, 74, 2.283, 62, 4.533, 85, 2.883, 55], shape: [6, 2] as const };
    const { logLikelihood } = GaussianMixture.fitSync(rows, { nComponents: 1 }).report as { logLikelihood: number };
    expect(report).toMatchObject({ nRows: 6, columns: ["eruptions", "waiting"], leftOut: [], logLikelihood });
    expect(stderr).toBe("");
  });

  test("a header of counted names is a header", () => {
    expect(fitText("0,1\n5.1,3\n2,1\n").report).toMatchObject({ nRows: 2, columns: ["0", "1"] });
  });

  test.each([
    ["an empty cell", "a,b\n1,2\n3,\n", /standard input, line 3, column "b": .* got an empty cell; drop the row/],
    ["an empty line in a single column", "a\n1\n\n3\n", /line 3, column "a": .* got an empty cell/],
    ["NaN", "a,b\n1,2\n3,4\nNaN,5\n", /line 4, column "a": expected a finite number, got "NaN"; .*--columns/],
    ["NA", "a,b\n1,2\n3,NA\n", /line 3, column "b": .* got "NA"/],
    ["an infinity", "a,b\n1,-inf\n3,4\n", /line 2, column "b": .* got "-inf"/],
    ["a number that is too large", "a,b\n1,1e999\n3,4\n", /line 2, column "b": .* got "1e999"/],
    ["a gap below a quoted cell of two lines", 'a,b\n1,"x\ny"\n,z\n', /line 4, column "a": .* got an empty cell/],
    ["a short line", "a,b\n1,2\n\n3\n", /line 4: expected 2 cells as in the header, got 1/],
    ["a long line", "a,b\n1,2,3\n", /line 2: expected 2 cells as in the header, got 3/],
    ["a quote that is not closed", 'a,b\n1,2\n3,"4\n5,6\n', /line 3: expected quotes .* never closed/],
    ["a quote inside a cell", 'a,b\n1,2\n3,4"5\n', /line 3: expected quotes .* inside a cell/],
    ["a name twice", "a,a\n1,2\n", /each column name once in the header, got "a" again; rename one/],
    [
      "no header beside a column of text",
      "5.1,3.5,Iris-setosa\n4.9,3.0,Iris-setosa\n5.8,2.7,Iris-virginica\n",
      /expected the names of the columns in the first line, got numbers \("5\.1", "3\.5"\); add a header row/,
    ],
    ["no header", "5.1,3.5\n4.9,3\n", /expected the names of the columns in the first line, got numbers only/],
    ["only a header", "a,b\n", /expected rows after the header, got none/],
    ["nothing", "", /expected a header row and rows of numbers, got no text/],
    ["no column of numbers", "a,b\nx,y\nz,w\n", /at least one column of numbers, got none \("a": "x" in line 2 is/],
    [
      "bytes that are not UTF-8",
      Buffer.from("a\n1\n\xe9\n", "latin1"),
      /expected text in UTF-8.*save the file as UTF-8/,
    ],
  ])("%s is an error", (_, input, message) => {
    expectRefusal(gaussmix(["fit", "-", "-k", "1"], { input }), message);
  });

  test("a missing file and a folder are errors", () => {
    expectRefusal(gaussmix(["fit", "missing.csv", "-k", "1"]), /^gaussmix: missing\.csv: no such file or folder/);
    expectRefusal(gaussmix(["fit", space.folder, "-k", "1"]), /this is a folder; give a file/);
  });

  test("--columns leaves gaps in other columns alone", () => {
    const { report, stderr } = fitText("a,b,c\n1,,x\n2,4,y\n4,5,\n", "--columns", "a");
    expect(report).toMatchObject({ columns: ["a"], leftOut: [] });
    expect(stderr).toBe("");
  });

  test("--columns that are text or unknown are errors which list the columns of numbers", () => {
    const available = 'columns of numbers are "sepal_length", "sepal_width", "petal_length", "petal_width"';
    expectRefusal(
      gaussmix(["fit", IRIS, "-k", "3", "--columns", "petal_width,species"]),
      new RegExp(`numbers in column "species" \\(named by --columns\\), but "setosa" in line 2 .* ${available}`),
    );
    expectRefusal(
      gaussmix(["fit", IRIS, "-k", "3", "--columns", "petal"]),
      new RegExp(`expected a column "petal" \\(named by --columns\\), got none; its ${available}`),
    );
  });
});
