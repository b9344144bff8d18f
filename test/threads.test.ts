// The number of threads, and what becomes of them, changes no bit of a fit.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { describe, expect, test, vi } from "vitest";
import { Crew } from "../src/engine/crew.ts";
import {
  type FitOptions,
  GaussianMixture,
  type Selection,
  type SelectOptions,
  type SelectProgress,
  select,
  selectSync,
} from "../src/index.ts";
import { sameBits } from "./support/compare.ts";
import { errorOf, expectError } from "./support/errors.ts";
import { sameParameters } from "./support/mixtures.ts";
import { clouds, type Shaped, TYPES, uniforms } from "./support/problems.ts";
import { Workers } from "./support/workers.ts";

const workers = new Workers();

/** Expects two fits to have the same bits, report included. */
function expectSame(actual: GaussianMixture, expected: GaussianMixture): void {
  expect(sameParameters(actual, expected)).toBe(true);
  expect(actual.report).toEqual(expected.report);
}

const narrow = clouds(40_000, 3, 4, 11);
const wide = clouds(20_000, 9, 5, 12);
const problems: readonly { readonly set: Shaped; readonly K: number }[] = [
  { set: narrow, K: 4 },
  { set: wide, K: 5 },
];
const uniform = uniforms(13);
/** One row in ten has weight 0 and is left out. */
const weights = Float64Array.from({ length: 40_000 }, () => Math.max(0, uniform() - 0.1));

/** Long enough that there is something to do for every worker that has come. */
const LONG: FitOptions = { nComponents: 5, seed: 4, maxIter: 100, tol: 0 };
const alone = GaussianMixture.fitSync(wide, LONG);

describe("a fit has the same bits", () => {
  for (const { set, K } of problems) {
    for (const covarianceType of TYPES) {
      for (const weighted of [false, true]) {
        const [N, D] = set.shape;
        test(`for any number of threads, ${N} x ${D}, ${covarianceType}, ${weighted ? "weighted" : "unweighted"}`, async () => {
          const sampleWeight = weighted ? weights.subarray(0, N) : undefined;
          const options = { nComponents: K, covarianceType, sampleWeight, seed: 4, maxIter: 150, tol: 0 };
          const expected = GaussianMixture.fitSync(set, options);
          for (const threads of [1, 2, 3, 8]) {
            workers.restart();
            expectSame(await GaussianMixture.fit(set, { ...options, threads, onIteration: workers.wait }), expected);
            workers.expectServed(threads - 1);
          }
        });
      }
    }
  }

  test("when factors and pairs of components are shared out, too", async () => {
    const broad = clouds(1500, 64, 16, 14, 30);
    const options = { nComponents: 16, init: "kmeans", seed: 1, maxIter: 60, tol: 0 } as const;
    const expected = GaussianMixture.fitSync(broad, options);
    const open = vi.spyOn(Crew.prototype, "open");
    for (const threads of [1, 2, 3, 8]) {
      // such a fit has few iterations: it is served by the workers of a longer one, which have come already
      await GaussianMixture.fit(wide, { ...LONG, threads, onIteration: workers.wait });
      expect(workers.started.every((worker) => worker.served)).toBe(true);
      const before = workers.started.length;
      open.mockClear();
      expectSame(await GaussianMixture.fit(broad, { ...options, threads }), expected);
      expect(workers.started.length).toBe(before);
      const kernels = open.mock.calls.map(([task]) => task.kernel);
      for (const kernel of ["factorise", "relate"] as const) expect(kernels.includes(kernel)).toBe(threads > 1);
    }
  });

  test("or the same error, when a covariance whose factor another thread makes becomes singular", async () => {
    const D = 64;
    // fewer rows than columns for each component, and no regularisation
    const few = clouds(400, D, 16, 15, 30);
    const means = Array.from({ length: 16 }, (_, k) => few.data.slice(k * D, (k + 1) * D));
    const identity = Float64Array.from({ length: D * D }, (_, i) => (i % (D + 1) === 0 ? 1 : 0));
    const covariances = means.map(() => identity);
    const init = { weights: new Array(16).fill(1 / 16), means, covariances };
    const options = { nComponents: 16, init, regCovar: 0 };
    const { message } = await errorOf(() => GaussianMixture.fitSync(few, options));
    expect(message).toMatch(/^covariances: .*the covariance of component \d/);
    // leaves a crew whose worker serves
    await GaussianMixture.fit(wide, { ...LONG, threads: 2, onIteration: workers.wait });
    const open = vi.spyOn(Crew.prototype, "open");
    expect((await errorOf(() => GaussianMixture.fit(few, { ...options, threads: 2 }))).message).toBe(message);
    expect(open.mock.calls.at(-1)?.[0].kernel).toBe("factorise");
  });

  test("when every worker takes part to the end", async () => {
    expectSame(await GaussianMixture.fit(wide, { ...LONG, threads: 3, onIteration: workers.wait }), alone);
    workers.expectServed(2);
  });

  test("when two fits run on several threads at once", async () => {
    const fits = [2, 3].map((threads) => GaussianMixture.fit(wide, { ...LONG, threads }));
    for (const mixture of await Promise.all(fits)) expectSame(mixture, alone);
    expect(workers.started).toHaveLength(3);
  });

  for (const threads of [2, 3]) {
    test(`when a worker of ${threads - 1} is killed in the middle`, async () => {
      const iterations: number[] = [];
      let killed = false;
      const onIteration = ({ iteration }: { iteration: number }): void => {
        iterations.push(iteration);
        workers.wait();
        if (killed || !workers.started[0].served) return;
        killed = true;
        void workers.started[0].terminate();
      };
      expectSame(await GaussianMixture.fit(wide, { ...LONG, threads, onIteration }), alone);
      expect(killed).toBe(true);
      // the fit has begun again, and tells so
      expect(iterations.filter((iteration) => iteration === 1)).toHaveLength(2);
      await Promise.all(workers.started.map((worker) => worker.ended));
    });
  }

  test("when a worker throws before it serves", async () => {
    workers.fate = (index) => (index === 0 ? "throw" : "work");
    expectSame(await GaussianMixture.fit(wide, { ...LONG, threads: 3, onIteration: workers.wait }), alone);
    expect(workers.started.map(({ served, hasEnded }) => [served, hasEnded])).toEqual([
      [false, true],
      [true, false],
    ]);
  });

  test("when all workers throw before they serve", async () => {
    workers.fate = () => "throw";
    expectSame(await GaussianMixture.fit(wide, { ...LONG, threads: 3, onIteration: workers.wait }), alone);
    expect(workers.started.map(({ served, hasEnded }) => [served, hasEnded])).toEqual([
      [false, true],
      [false, true],
    ]);
  });

  for (const possible of [0, 1]) {
    test(`when the engine refuses to start more than ${possible} workers`, async () => {
      workers.fate = (index) => (index < possible ? "work" : "refuse");
      expectSame(await GaussianMixture.fit(wide, { ...LONG, threads: 3, onIteration: workers.wait }), alone);
      workers.expectServed(possible);
    });
  }

  test("where the engine shares no memory, and without a worker", async () => {
    vi.stubGlobal("SharedArrayBuffer", undefined);
    try {
      expectSame(await GaussianMixture.fit(wide, { ...LONG, threads: 3 }), alone);
    } finally {
      vi.unstubAllGlobals();
    }
    expect(workers.started).toEqual([]);
  });
});

describe("the workers of a fit", () => {
  const onIteration = workers.wait;

  test("serve the next, whatever the last has left in the memory", async () => {
    for (const covarianceType of TYPES) {
      const options: FitOptions = { nComponents: 4, covarianceType, seed: 4, maxIter: 20, tol: 0, onIteration };
      for (const set of [narrow, wide]) {
        expectSame(await GaussianMixture.fit(set, { ...options, threads: 3 }), GaussianMixture.fitSync(set, options));
      }
    }
    workers.expectServed(2);
  });

  test("serve a search after a fit, and as many fits at once as there were", async () => {
    const two = { ...LONG, threads: 2, onIteration };
    for (let round = 0; round < 2; round++) {
      for (const mixture of await Promise.all([1, 2].map(() => GaussianMixture.fit(wide, two)))) {
        expectSame(mixture, alone);
      }
    }
    await select(clouds(1500, 4, 3, 14), { nComponents: { to: 3 }, init: "kmeans", maxIter: 30, threads: 3 });
    expect(workers.started).toHaveLength(2);
  });

  test("end when the next fit needs others", async () => {
    for (const threads of [2, 3, 2]) {
      await GaussianMixture.fit(wide, { ...LONG, threads, onIteration });
      const [before] = workers.started;
      if (threads === 3) await before.ended;
    }
    expect(workers.started).toHaveLength(4);
  });

  test("are not kept when one has ended", async () => {
    await GaussianMixture.fit(wide, { ...LONG, threads: 3, onIteration });
    const [first, second] = workers.started;
    await first.terminate();
    expectSame(await GaussianMixture.fit(wide, { ...LONG, threads: 3, onIteration: () => undefined }), alone);
    await second.ended;
    expect(workers.started).toHaveLength(4);
  });

  test("end when no fit has come for five seconds", async () => {
    const timeouts = vi.spyOn(globalThis, "setTimeout");
    const cleared = vi.spyOn(globalThis, "clearTimeout");
    const rests = (): number[] => timeouts.mock.calls.flatMap(([, ms], i) => (ms === 5000 ? [i] : []));
    await GaussianMixture.fit(wide, { ...LONG, threads: 2, onIteration });
    const [first] = rests();
    expect(cleared).not.toHaveBeenCalledWith(timeouts.mock.results[first].value);
    await GaussianMixture.fit(wide, { ...LONG, threads: 2, onIteration });
    expect(cleared).toHaveBeenCalledWith(timeouts.mock.results[first].value);
    const [, second] = rests();
    timeouts.mock.calls[second][0]();
    await workers.started[0].ended;
    expect(workers.started).toHaveLength(1);
  });

  test("end when it is aborted", async () => {
    const controller = new AbortController();
    const onIteration = (): void => {
      if (workers.started.every((worker) => worker.served)) controller.abort();
    };
    const options = { ...LONG, maxIter: 100_000, threads: 3, signal: controller.signal, onIteration };
    expect((await errorOf(() => GaussianMixture.fit(wide, options))).name).toBe("AbortError");
    expect(workers.started).toHaveLength(2);
    await Promise.all(workers.started.map((worker) => worker.ended));
  });

  const library = new URL("../dist/index.js", import.meta.url);
  test.skipIf(!existsSync(library))("do not keep a script alive", () => {
    const script = `
      import { GaussianMixture } from ${JSON.stringify(library.href)};
      let state = 1;
      const data = Float64Array.from({ length: 120000 }, () => (state = (state * 48271) % 2147483647) / 2147483647);
      const options = { nComponents: 4, nFeatures: 3, maxIter: 20, tol: 0, threads: 3 };
      const { report } = await GaussianMixture.fit(data, options);
      console.log(report.nIterations);`;
    const child = spawnSync(process.execPath, ["--input-type=module", "-"], { input: script, timeout: 20_000 });
    expect(String(child.stderr)).toBe("");
    expect(String(child.stdout).trim()).toBe("20");
    expect(child.status).toBe(0);
  });
});

describe("candidates side by side", () => {
  const few = clouds(1500, 4, 3, 14);
  const options: SelectOptions = { nComponents: { to: 3 }, folds: 2, init: "kmeans", maxIter: 30 };
  const bits = ({ best, candidates }: Selection): number[] => [
    ...best.covariances,
    ...candidates.flatMap(
      ({ bic, icl, nec, cv, mixture }) => [bic, icl, nec, cv, ...(mixture?.means ?? [])] as number[],
    ),
  ];
  const expected = bits(selectSync(few, options));

  for (const threads of [2, 3, 9]) {
    test(`have the bits of one after the other, on ${threads} threads`, async () => {
      const found = await select(few, { ...options, threads, onCandidate: workers.wait });
      expect(sameBits(bits(found), expected)).toBe(true);
      // four types: no more than four at a time
      workers.expectServed(Math.min(threads, 4) - 1);
    });
  }

  test("begin again when a worker is killed, with the same bits", async () => {
    let killed = false;
    const done: number[] = [];
    const onCandidate = (progress: SelectProgress): void => {
      done.push(progress.done);
      workers.wait();
      if (killed || !workers.started[0].served) return;
      killed = true;
      void workers.started[0].terminate();
    };
    expect(sameBits(bits(await select(few, { ...options, threads: 2, onCandidate })), expected)).toBe(true);
    expect(killed).toBe(true);
    expect(done.filter((count) => count === 1)).toHaveLength(2);
    expect(done.slice(-12)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  });

  test("end with the signal's reason, and so do the workers", async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    const onCandidate = ({ done }: SelectProgress): void => {
      workers.wait();
      if (done === 4) controller.abort(reason);
    };
    const { signal } = controller;
    await expect(select(few, { ...options, threads: 3, signal, onCandidate })).rejects.toBe(reason);
    await Promise.all(workers.started.map((worker) => worker.ended));
  });

  test("end with what a listener throws", async () => {
    const mine = new Error("mine");
    const onCandidate = (): void => {
      throw mine;
    };
    await expect(select(few, { ...options, threads: 2, onCandidate })).rejects.toBe(mine);
    await Promise.all(workers.started.map((worker) => worker.ended));
  });

  for (const what of ["throw", "refuse"] as const) {
    test(`have the same bits when workers ${what}`, async () => {
      workers.fate = () => what;
      expect(sameBits(bits(await select(few, { ...options, threads: 3, onCandidate: workers.wait })), expected)).toBe(
        true,
      );
    });
  }

  test("are alone with rows so few that a thread takes longer to wake than to work", async () => {
    await select(clouds(100, 2, 2, 15), { nComponents: { to: 2 }, init: "kmeans", maxIter: 5 });
    expect(workers.started).toEqual([]);
  });
});

test("a number of threads that is no integer from 1 to 64 is refused", async () => {
  for (const threads of [65, 0, 1.5]) {
    await expectError(() => GaussianMixture.fit(narrow, { ...LONG, threads }), RangeError, /^threads: .* 1 to 64/);
  }
  expect(workers.started).toEqual([]);
});
