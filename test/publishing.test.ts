// What is published is made of known packages, by a job that cannot publish.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import manifest from "../package.json" with { type: "json" };
import lock from "../package-lock.json" with { type: "json" };
import runtimes from "./runtimes/package-lock.json" with { type: "json" };

interface Entry {
  readonly version?: string;
  readonly integrity?: string;
  readonly inBundle?: boolean;
  readonly resolved?: string;
}

describe("the lock files", () => {
  for (const [name, { packages }] of Object.entries({ "package-lock.json": lock, "test/runtimes": runtimes })) {
    const { "": _root, ...others } = packages as Readonly<Record<string, Entry>>;
    const entries = Object.entries(others);

    test(`${name} holds the digest of every package that is downloaded`, () => {
      // what comes inside another package has that one's
      const downloaded = entries.filter(([, { inBundle }]) => inBundle !== true);
      expect(downloaded.length).toBeGreaterThan(100);
      expect(downloaded.filter(([, { integrity = "" }]) => !/^sha512-[\w+/]{86}==$/.test(integrity))).toEqual([]);
    });

    test(`${name} names no place to download from but the registry that npm is told`, () => {
      expect(entries.filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
    });
  }

  test("a package that others bundle is in the folder of one with a digest", () => {
    const packages = lock.packages as Readonly<Record<string, Entry>>;
    const bundled = Object.entries(packages).filter(([, { inBundle }]) => inBundle === true);
    expect(bundled.length).toBeGreaterThan(0);
    for (const [path] of bundled) {
      const parents = [...path.matchAll(/\/node_modules\//g)].map(({ index }) => packages[path.slice(0, index)]);
      expect(parents.some((parent) => parent?.integrity !== undefined)).toBe(true);
    }
  });

  test("package.json and its lock name the same exact versions", () => {
    expect(lock.packages[""].devDependencies).toEqual(manifest.devDependencies);
    for (const [name, version] of Object.entries(manifest.devDependencies)) {
      expect((lock.packages as Readonly<Record<string, Entry>>)[`node_modules/${name}`]?.version).toBe(version);
    }
    expect(manifest).not.toHaveProperty("dependencies");
  });
});

/** The jobs of a workflow: the lines of each, by its name. */
function jobsOf(workflow: string): Map<string, string> {
  const [, body] = workflow.split(/^jobs:\n/m);
  const [, ...parts] = body.split(/^ {2}([\w-]+):\n/m);
  return new Map(parts.flatMap((name, i) => (i % 2 === 0 ? [[name, parts[i + 1]] as const] : [])));
}

/** What a job runs, a line for each step. */
function stepsOf(job: string): string[] {
  const [, steps] = job.split(/^ {4}steps:\n/m);
  return steps.split(/^ {6}- /m).slice(1);
}

describe("the publish workflow", () => {
  const text = readFileSync(new URL("../.github/workflows/publish.yml", import.meta.url), "utf8").replace(
    /^ *#.*\n/gm,
    "",
  );
  const jobs = jobsOf(text);
  const publish = jobs.get("publish") ?? "";
  const pack = jobs.get("pack") ?? "";

  test("has one job that makes and tests, and one that publishes", () => {
    expect([...jobs.keys()]).toEqual(["pack", "publish"]);
    expect(publish).toMatch(/^ {4}needs: pack$/m);
    expect(text).toMatch(/^permissions: \{\}$/m);
  });

  test("lets no other job have what it takes to publish", () => {
    expect(publish).toMatch(/^ {6}id-token: write/m);
    expect(publish).toMatch(/^ {4}environment: npm$/m);
    expect(pack).not.toMatch(/id-token|environment|secrets|npm publish/);
    expect(pack).toMatch(/^ {4}permissions:\n {6}contents: read\n {4}\w/m);
  });

  test("publishes a tarball after nothing but fetching it and checking its digest", () => {
    const steps = stepsOf(publish);
    expect(steps).toHaveLength(3);
    expect(steps[0]).toMatch(/^uses: actions\/download-artifact@/);
    expect(steps[1]).toMatch(/needs\.pack\.outputs\.sha512[\s\S]*sha512sum --check/);
    expect(steps[2]).toMatch(/^run: npm publish \.\/gaussmix\.tgz --ignore-scripts --provenance/);
    expect(publish).not.toMatch(/checkout|npm (?:ci|install|test|run|exec)|npx|\.ci\/run/);
  });

  test("hands over the tarball that the tests of the runtimes have made", () => {
    const steps = stepsOf(pack);
    const at = (pattern: RegExp): number => steps.findIndex((step) => pattern.test(step));
    const order = [
      /checkout/,
      /npm pkg set/,
      /^run: \.ci\/run/,
      /build\/pack\/\*\.tgz gaussmix\.tgz/,
      /upload-artifact/,
    ];
    const places = order.map(at);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(places.every((place) => place >= 0)).toBe(true);
    // packing again would make another
    expect(pack).not.toMatch(/npm pack\b/);
  });
});
