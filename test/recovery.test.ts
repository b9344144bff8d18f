// What goes wrong half way leaves nothing behind: aborted fits, listeners that throw, fits inside fits, a thousand fits.
import { getEventListeners } from "node:events";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { acquireArena, releaseArena } from "../src/engine/arena.ts";
import { type FitOptions, GaussianMixture } from "../src/index.ts";
import { sameBits } from "./support/compare.ts";
import { errorOf } from "./support/errors.ts";
import { clouds, nested, TYPES, uniforms } from "./support/problems.ts";
import { SEARCHES, type Search } from "./support/searches.ts";
import { staysUnharmed } from "./support/unharmed.ts";
import { Workers } from "./support/workers.ts";

const { iris, plain, mixture: fitted } = staysUnharmed();
const workers = new Workers();
const many = clouds(3000, 3, 4, 9);
// a race of starts takes as long as ten fits from one: it runs where it matters
const endless = { nComponents: 4, tol: 0, maxIter: 1_000_000, init: "kmeans" } as const;

/** Both ways to fit; the result of the second is a promise. */
const WAYS = ["fitSync", "fit"] as const;
const errorOfFit = (way: (typeof WAYS)[number], options: FitOptions): Promise<Error> =>
  errorOf(() => GaussianMixture[way](many, options));

describe("a signal", () => {
  for (const way of WAYS) {
    test(`that has aborted keeps ${way} from starting and is its reason`, async () => {
      const reason = new Error("no longer needed");
      const seen: number[] = [];
      const onIteration = ({ iteration }: { iteration: number }): void => void seen.push(iteration);
      expect(await errorOfFit(way, { ...endless, signal: AbortSignal.abort(reason), onIteration })).toBe(reason);
      expect((await errorOfFit(way, { ...endless, signal: AbortSignal.abort() })).name).toBe("AbortError");
      expect(seen).toEqual([]);
    });

    test(`that aborts from a listener ends ${way} at once, with its reason`, async () => {
      for (const at of [1, 2, 7]) {
        for (const covarianceType of TYPES) {
          const controller = new AbortController();
          const reason = { at };
          let last = 0;
          const onIteration = ({ iteration }: { iteration: number }): void => {
            last = iteration;
            if (iteration === at) controller.abort(reason);
          };
          const init = at === 7 ? "race" : "kmeans";
          const options = { ...endless, init, covarianceType, signal: controller.signal, onIteration } as const;
          expect(await errorOfFit(way, options)).toBe(reason);
          expect(last).toBe(at);
        }
      }
    });

    test(`that does not abort changes no bit of ${way} and keeps no listener`, async () => {
      const { signal } = new AbortController();
      const mixture = await GaussianMixture[way](iris, { ...plain, signal });
      expect(sameBits(mixture.covariances, fitted.covariances)).toBe(true);
      expect(getEventListeners(signal, "abort")).toEqual([]);
    });
  }

  test.each([{ effort: "quick" }, { effort: "standard" }, { init: "race" }] as const)(
    "that aborts from a timer ends a fit while it runs: the page stays alive, %j",
    async (search) => {
      const controller = new AbortController();
      let ticks = 0;
      const clock = setInterval(() => {
        if (++ticks === 5) controller.abort();
      }, 5);
      try {
        expect(
          (await errorOfFit("fit", { ...endless, init: undefined, ...search, signal: controller.signal })).name,
        ).toBe("AbortError");
        expect(ticks).toBeGreaterThanOrEqual(5);
        expect(getEventListeners(controller.signal, "abort")).toEqual([]);
      } finally {
        clearInterval(clock);
      }
    },
  );

  test("ends a fit on several threads, too", async () => {
    const wide = clouds(20_000, 3, 4, 2);
    const controller = new AbortController();
    const onIteration = ({ iteration }: { iteration: number }): void => {
      workers.wait();
      if (iteration === 3) controller.abort();
    };
    const run = (): Promise<GaussianMixture> =>
      GaussianMixture.fit(wide, { ...endless, threads: 2, signal: controller.signal, onIteration });
    expect((await errorOf(run)).name).toBe("AbortError");
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
    workers.expectServed(1);
  });
});

describe("a listener", () => {
  for (const way of WAYS) {
    test(`that throws ends ${way} with what it threw`, async () => {
      for (const thrown of [new Error("mine"), "a text", undefined]) {
        const onIteration = (): void => {
          throw thrown;
        };
        expect(await errorOfFit(way, { ...endless, onIteration })).toBe(thrown);
      }
    });

    test(`may itself fit and ask, while ${way} runs`, async () => {
      let inside = 0;
      const onIteration = (): void => {
        inside++;
        const [search, expected] = quiet[inside % quiet.length];
        const here = GaussianMixture.fitSync(iris, { ...plain, ...search });
        expect(sameBits(here.covariances, expected.covariances)).toBe(true);
        expect(fitted.predict(iris)).toHaveLength(150);
        expect(fitted.sample(3, { seed: inside }).labels).toHaveLength(3);
      };
      const quiet = SEARCHES.map((search) => [search, GaussianMixture.fitSync(iris, { ...plain, ...search })] as const);
      const options = { nComponents: 3, seed: 6, maxIter: SEARCHES.length, tol: 0 };
      const alone = GaussianMixture.fitSync(many, options);
      const disturbed = await GaussianMixture[way](many, { ...options, onIteration });
      expect(inside).toBe(SEARCHES.length);
      expect(sameBits(disturbed.covariances, alone.covariances)).toBe(true);
      expect(disturbed.report).toEqual(alone.report);
    });
  }

  test("of data may ask, too: a record's getter that calls predict", () => {
    const other = GaussianMixture.fromParameters({
      weights: [0.5, 0.5],
      means: [[0], [6]],
      covariances: [[[1]], [[4]]],
    });
    class Flower {
      readonly width: number;
      constructor(width: number) {
        this.width = width;
      }
      get part(): number {
        return other.scoreSamples([[this.width]])[0];
      }
    }
    const flowers = nested(iris).map(([, width]) => new Flower(width));
    const columns = ["width", "part"];
    const plainRows = flowers.map(({ width, part }) => [width, part]);
    const mixture = GaussianMixture.fitSync(plainRows, { nComponents: 2, columns });
    expect(sameBits(mixture.scoreSamples(flowers), mixture.scoreSamples(plainRows))).toBe(true);
    const lazy = GaussianMixture.fitSync(flowers, { nComponents: 2, columns });
    expect(sameBits(lazy.covariances, mixture.covariances)).toBe(true);
  });
});

describe("data", () => {
  test("that throws while it is read ends the fit with what it threw", async () => {
    const mine = new Error("no disk");
    const records = nested(many).map(([x, y]) => ({ x, y }));
    Object.defineProperty(records[2500], "y", {
      get: () => {
        throw mine;
      },
      enumerable: true,
    });
    for (const way of WAYS) expect(await errorOf(() => GaussianMixture[way](records, { nComponents: 2 }))).toBe(mine);
    const mixture = GaussianMixture.fitSync(records.slice(0, 2000), { nComponents: 2 });
    expect(await errorOf(() => mixture.predict(records))).toBe(mine);
    expect(mixture.predict(records.slice(0, 9))).toHaveLength(9);
  });

  test("that is wrong makes fit reject, never throw", async () => {
    const promise = GaussianMixture.fit(undefined as never, undefined as never);
    expect(promise).toBeInstanceOf(Promise);
    await expect(promise).rejects.toThrow(TypeError);
  });
});

test("fits at once, of all types and starts, give the bits that each gives alone", async () => {
  const all = TYPES.flatMap((covarianceType) =>
    (["kmeans", "k-means++", "random", "random-from-data"] as const).map((init, seed) => ({
      nComponents: 3 + (seed % 2),
      covarianceType,
      init,
      seed,
      maxIter: 40,
      nInit: 2,
    })),
  );
  const alone = all.map((options) => GaussianMixture.fitSync(many, options));
  const failing = errorOfFit("fit", {
    ...endless,
    onIteration: ({ iteration }) => (iteration === 3 ? fail() : undefined),
  });
  const together = await Promise.all(all.map((options) => GaussianMixture.fit(many, options)));
  expect((await failing).message).toBe("on purpose");
  together.forEach((mixture, i) => {
    expect(sameBits(mixture.covariances, alone[i].covariances)).toBe(true);
    expect(mixture.report).toEqual(alone[i].report);
  });
});

function fail(): never {
  throw new Error("on purpose");
}

describe("memory", () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;

  /** Bytes outside the JavaScript heap after a collection: array buffers, those of WebAssembly among them. */
  async function outside(): Promise<number> {
    // what one turn still holds is free in the next, and a WebAssembly memory one collection after its instance
    for (let turn = 0; turn < 3; turn++) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      collect();
    }
    const { arrayBuffers, external } = process.memoryUsage();
    return Math.max(arrayBuffers, external);
  }

  /** Bytes of the arenas that are kept for the next fit, all of them. */
  function idleBytes(): number {
    const arenas = [acquireArena(), acquireArena(), acquireArena()];
    const bytes = arenas.reduce((sum, arena) => sum + arena.bytes, 0);
    arenas.forEach(releaseArena);
    return bytes;
  }

  /** Runs something until it has taken what it needs, then many times: what it then takes more. */
  async function growth(
    run: (i: number) => unknown,
    times: number,
  ): Promise<{ readonly outside: number; readonly idle: number }> {
    for (let i = 0; i < 60; i++) await run(i);
    const idle = idleBytes();
    const before = await outside();
    for (let i = 0; i < times; i++) await run(i);
    return { outside: (await outside()) - before, idle: idleBytes() - idle };
  }

  test("is where it was after 1,000 fits and predictions", async () => {
    const grown = await growth((i) => {
      const options = { ...plain, ...SEARCHES[i % SEARCHES.length], covarianceType: TYPES[i % 4], seed: i, maxIter: 5 };
      const mixture = GaussianMixture.fitSync(iris, options);
      mixture.predict(iris);
      mixture.predictProba(iris);
      mixture.precisions;
      GaussianMixture.fromJSON(mixture.toJSON()).sample(10);
    }, 1000);
    expect(grown.idle).toBe(0);
    // one page of WebAssembly is 64 KiB: less than one per hundred fits
    expect(grown.outside).toBeLessThan(512 * 1024);
  });

  test("is where it was after 1,000 fits that failed, each half way", async () => {
    const spoilt = { data: iris.data.slice(), shape: iris.shape };
    spoilt.data[599] = Number.NaN;
    const copied = nested(iris).map(([a]) => [a, a, a]);
    const failures: readonly ((search: Search) => unknown)[] = [
      (search) => GaussianMixture.fitSync(spoilt, { ...plain, ...search }),
      (search) => GaussianMixture.fitSync(copied, { ...plain, ...search, regCovar: 0 }),
      (search) => GaussianMixture.fitSync(iris, { ...plain, ...search, onIteration: fail }),
      (search) => GaussianMixture.fit(iris, { ...plain, ...search, onIteration: fail }),
      () => fitted.predict(spoilt),
      () =>
        GaussianMixture.fromParameters({
          weights: [1],
          means: [[0, 0]],
          covariances: [
            [
              [1, 1],
              [1, 1],
            ],
          ],
        }),
    ];
    // 6 failures and 13 searches: all pairs
    const grown = await growth((i) => {
      return errorOf(() => failures[i % failures.length](SEARCHES[i % SEARCHES.length]));
    }, 1000);
    expect(grown.idle).toBe(0);
    expect(grown.outside).toBeLessThan(512 * 1024);
  });

  test("of one large fit is given back", async () => {
    const uniform = uniforms(1);
    const large = { data: Float64Array.from({ length: 1_600_000 }, uniform), shape: [200_000, 8] as const };
    const before = await outside();
    GaussianMixture.fitSync(large, { nComponents: 2, maxIter: 2 }).predict(large);
    // the packed rows alone were 12 MiB
    expect((await outside()) - before).toBeLessThan(1024 * 1024);
    expect(idleBytes()).toBeLessThan(1024 * 1024);
  });

  test("of a large fit serves the next large one, and no small one", () => {
    const bytes = 9 * 1024 * 1024;
    const arena = acquireArena(bytes);
    arena.bytesOf(bytes);
    releaseArena(arena);
    const small = acquireArena();
    expect(small).not.toBe(arena);
    releaseArena(small);
    expect(acquireArena(bytes)).toBe(arena);
    // one at a time
    expect(acquireArena(bytes)).not.toBe(arena);
  });
});
