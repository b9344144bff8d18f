// Running the command line as a shell would, for its tests. dist/cli.js must have been built.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect } from "vitest";
import { GaussianMixture } from "../../src/index.ts";

export const CLI = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));
export const IRIS = fileURLToPath(new URL("../../examples/iris.csv", import.meta.url));
export const FAITHFUL = fileURLToPath(new URL("../fixtures/faithful.csv", import.meta.url));
export const IRIS_COLUMNS = ["sepal_length", "sepal_width", "petal_length", "petal_width"];
export const TIMEOUT = 60_000;

export interface Result {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface RunOptions {
  readonly input?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs `gaussmix` with arguments, as a shell would. */
export function gaussmix(args: readonly string[], { input = "", env = {} }: RunOptions = {}): Result {
  const { GAUSSMIX_DEBUG: _, ...environment } = process.env;
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [CLI, ...args], {
    input,
    env: { ...environment, ...env },
    encoding: "utf8",
    timeout: TIMEOUT,
    maxBuffer: 2 ** 28,
  });
  if (error !== undefined) throw error;
  return { code: status, stdout, stderr };
}

/** What a refusal looks like: the exit code, nothing on standard output, one message without a stack trace. */
export function expectRefusal(result: Result, message: RegExp, code = 2): void {
  expect(result.stderr).toMatch(message);
  expect(result.stderr).toMatch(/^gaussmix: /);
  expect(result.stderr).not.toMatch(/^\s+at /m);
  expect(result.stdout).toBe("");
  expect(result.code).toBe(code);
}

/** Cells of CSV without quotes. */
export function cellsOf(text: string): string[][] {
  return text
    .trimEnd()
    .split("\n")
    .map((line) => line.split(","));
}
/** A folder of one test file's own, with models in it. Call it at the top of the file: it lives as long as the tests there. */
export class Workspace {
  folder = "";
  /** A model of iris, full, K = 3, seed 1. */
  irisModel = "";
  /** A model of two columns without names. */
  namelessModel = "";

  constructor() {
    beforeAll(() => this.#open());
    afterAll(() => rmSync(this.folder, { recursive: true, force: true }));
  }

  /** A file in the folder. */
  file(name: string, content: string | Uint8Array): string {
    const path = join(this.folder, name);
    writeFileSync(path, content);
    return path;
  }

  #open(): void {
    if (!existsSync(CLI)) throw new Error("dist/cli.js is missing: run npm run build first");
    this.folder = mkdtempSync(join(tmpdir(), "gaussmix-cli-"));
    this.irisModel = join(this.folder, "iris.json");
    const { code, stderr } = gaussmix(["fit", IRIS, "-k", "3", "--seed", "1", "--out", this.irisModel]);
    if (code !== 0) throw new Error(stderr);
    this.namelessModel = this.file(
      "nameless.json",
      JSON.stringify(
        GaussianMixture.fromParameters({
          weights: [0.5, 0.5],
          means: [
            [0, 0],
            [9, 9],
          ],
          covariances: [1, 1],
          covarianceType: "spherical",
        }),
      ),
    );
  }
}

/** `gaussmix fit - -k 1 --json` of a text: its report, with what was told on standard error. */
export function fitText(input: string | Uint8Array, ...args: string[]): { report: Report; stderr: string } {
  const { code, stdout, stderr } = gaussmix(["fit", "-", "-k", "1", "--json", ...args], { input });
  if (code !== 0) throw new Error(stderr);
  return { ...(JSON.parse(stdout) as { report: Report }), stderr };
}

export interface Report {
  readonly nRows: number;
  readonly columns: readonly string[];
  readonly leftOut: readonly { readonly column: string; readonly reason: string }[];
  readonly converged: boolean;
  readonly nIterations: number;
  readonly logLikelihood: number;
  readonly bic: number;
  readonly aic: number;
}
