// A file is written as a whole or not at all, and nothing is left beside it.
import { spawnSync } from "node:child_process";
import { linkSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { writeAtomically } from "../../src/cli/files.ts";
import { CLI, expectRefusal, FAITHFUL, gaussmix, TIMEOUT, Workspace } from "../support/cli.ts";

/** What happens when a file has been written, before it takes its name. */
const moment = vi.hoisted((): { beforeRename: (() => void) | undefined } => ({ beforeRename: undefined }));
vi.mock("node:fs/promises", async (load) => {
  const actual = await load<typeof import("node:fs/promises")>();
  const rename: typeof actual.rename = (from, to) => {
    moment.beforeRename?.();
    return actual.rename(from, to);
  };
  return { ...actual, rename };
});

const space = new Workspace();
let folder = "";
let runs = 0;
beforeEach(() => {
  folder = join(space.folder, `run-${runs++}`);
  mkdirSync(folder);
});
afterEach(() => {
  moment.beforeRename = undefined;
  vi.restoreAllMocks();
});

/** The process number of a program that has ended. */
const deadPid = (): number => spawnSync(process.execPath, ["-e", ""]).pid;

/** What is written before it takes its name. */
const neighbours = (): string[] => readdirSync(folder).filter((name) => name.endsWith(".tmp"));

describe("a neighbour", () => {
  test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
    "is removed when %s ends the program, which then ends by it",
    async (signal) => {
      const kill = vi.spyOn(process, "kill").mockReturnValue(true);
      const before = process.listeners(signal);
      moment.beforeRename = () => {
        expect(neighbours()).toHaveLength(1);
        const ours = process.listeners(signal).filter((listener) => !before.includes(listener));
        expect(ours).toHaveLength(1);
        (ours[0] as (signal: string) => void)(signal);
        expect(neighbours()).toEqual([]);
        expect(kill).toHaveBeenCalledWith(process.pid, signal);
        expect(process.listeners(signal)).toEqual(before);
        moment.beforeRename = undefined;
      };
      // here, where the program lives on, the file is written after all
      await writeAtomically(join(folder, "model.json"), "whole");
      expect(moment.beforeRename).toBe(undefined);
      expect(process.listeners(signal)).toEqual(before);
      expect(readdirSync(folder)).toEqual(["model.json"]);
    },
  );

  test("of a program that was killed is removed by the next that writes the file, those of others are not", () => {
    const file = (name: string): string => space.file(join(folder.slice(space.folder.length + 1), name), "part");
    const orphan = `.model.json.${deadPid()}-0123abcd.tmp`;
    const others = [
      ...[`.model.json.${process.pid}-0123abcd.tmp`, `.other.json.${deadPid()}-0123abcd.tmp`],
      ...[".model.json.old.tmp", `.model.json.${deadPid()}.tmp`, ".model.json.tmp"],
    ];
    for (const name of [orphan, ...others]) file(name);
    expect(gaussmix(["fit", FAITHFUL, "-k", "1", "--out", join(folder, "model.json")]).code).toBe(0);
    expect(readdirSync(folder).toSorted()).toEqual([...others, "model.json"].toSorted());
  });

  test("that another program has removed is written again, but not for ever", async () => {
    const path = join(folder, "model.json");
    let times = 0;
    moment.beforeRename = () => {
      if (++times < 3) rmSync(join(folder, neighbours()[0]));
    };
    await writeAtomically(path, "whole");
    expect([times, readFileSync(path, "utf8"), readdirSync(folder)]).toEqual([3, "whole", ["model.json"]]);

    moment.beforeRename = () => rmSync(join(folder, neighbours()[0]));
    await expect(writeAtomically(path, "other")).rejects.toThrow(/no such file/);
    expect([readFileSync(path, "utf8"), readdirSync(folder)]).toEqual(["whole", ["model.json"]]);
  });
});

describe("the data are not overwritten by the model", () => {
  test("under another name of the same file, or as standard input", () => {
    const data = join(folder, "data.csv");
    space.file(data.slice(space.folder.length + 1), "x\n1\n2\n5\n");
    const link = join(folder, "link.csv");
    linkSync(data, link);
    const refused = /--out: expected another file than the data/;
    expectRefusal(gaussmix(["fit", data, "-k", "1", "--out", link]), refused);
    const { status, stderr } = spawnSync(process.execPath, [CLI, "fit", "-", "-k", "1", "--out", data], {
      stdio: [openSync(data, "r"), "pipe", "pipe"],
      encoding: "utf8",
      timeout: TIMEOUT,
    });
    expect(stderr).toMatch(refused);
    expect(status).toBe(2);
    expect(readFileSync(data, "utf8")).toBe("x\n1\n2\n5\n");
  });

  test("a model is converted in place", () => {
    const model = join(folder, "model.json");
    space.file(model.slice(space.folder.length + 1), readFileSync(space.irisModel));
    expect(gaussmix(["convert", model, "--to", "binary", "--out", model]).code).toBe(0);
    expect(gaussmix(["convert", model]).stdout).toBe(readFileSync(space.irisModel, "utf8"));
  });
});

describe("every end is one line and an exit code", () => {
  const shell = (command: string): { status: number | null; stderr: string; stdout: string } =>
    spawnSync("bash", ["-c", command, process.execPath, CLI, FAITHFUL, space.irisModel], {
      encoding: "utf8",
      timeout: TIMEOUT,
    });

  test("a reader that goes away", () => {
    for (const run of ['fit "$2" -k 1 --json', 'sample "$3" -n 9', 'convert "$3"', "--help"]) {
      const { stdout, stderr } = shell(`(sleep 0.5; "$0" "$1" ${run}) | true; echo "\${PIPESTATUS[0]}"`);
      expect({ run, stdout, stderr }).toEqual({ run, stdout: "0\n", stderr: "" });
    }
  });

  test("closed standard input, output and error", () => {
    expect(shell('"$0" "$1" fit - -k 1 <&-')).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/^gaussmix: .*no text.*\n$/),
    });
    expect(shell('"$0" "$1" fit - -k 1 < /')).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/^gaussmix: standard input: .*\n$/),
    });
    expect(shell('"$0" "$1" fit "$2" -k 1 >&-').stderr).not.toMatch(/^\s+at /m);
    expect(shell('"$0" "$1" fit "$2" -k 1 2>&-').status).toBe(0);
  });

  test("folders and files that are not there, wherever a file is expected", () => {
    const commands = (path: string): string[][] => [
      ["fit", path, "-k", "1"],
      ["predict", path, FAITHFUL],
      ["predict", space.irisModel, path],
      ["sample", path, "-n", "1"],
      ["convert", path],
    ];
    for (const args of commands(folder)) expectRefusal(gaussmix(args), /this is a folder; give a file\n$/);
    for (const args of commands(join(folder, "none")))
      expectRefusal(gaussmix(args), /no such file or folder; check the path\n$/);
    for (const out of [folder, join(folder, "no", "where")]) {
      expectRefusal(gaussmix(["convert", space.irisModel, "--out", out]), /^gaussmix: .*; .*\n$/);
    }
  });
});
