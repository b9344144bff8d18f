// What a second thread brings, beside what the machine can give: two independent fits at once, over one alone.
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { GaussianMixture } from "gaussmix";
import { GRID, mixtureOf, nameOf, startNear } from "./data.mjs";
import { medianInterval, medianOf } from "./paired.mjs";
import { timedPlain } from "./prototype/beside.mjs";
import { digits, interval, main, progress } from "./report.mjs";

/** Numbers in the data from which a second thread should pay. */
const LEAST = 1_000_000;
const TURNS = { quick: 3, full: 9 };
/** Iterations of a turn take together about so many milliseconds, by a guess of 3 ns for a number and an eighth of the components. */
const TURN_MS = { quick: 100, full: 300 };

/** Milliseconds of an iteration, the median of a fit. */
async function iterationOf(rows, shape, start, iterations, threads) {
  const { options, samples } = timedPlain(shape, { iterations, start });
  await GaussianMixture.fit(rows, { ...options, threads });
  return medianOf(samples);
}

/** @param {import("./data.mjs").Shape} shape @param {import("./data.mjs").Variant} variant @param {boolean} quick */
async function gains(shape, variant, quick) {
  progress(`threads: ${nameOf(shape)}, ${variant}`);
  const turns = quick ? TURNS.quick : TURNS.full;
  const share = variant === "separated" ? 1 : shape.K / 2;
  const guess = shape.N * shape.d * 3e-6 * share * Math.max(1, shape.d / 8);
  const iterations = Math.max(4, Math.min(40, Math.round((quick ? TURN_MS.quick : TURN_MS.full) / guess)));
  const { rows, means } = mixtureOf(shape, variant);
  const start = startNear(means, shape);
  const workerData = { shape, variant, iterations };
  const workers = [0, 1].map(() => new Worker(new URL("threads/child.mjs", import.meta.url), { workerData }));
  const answer = async (worker) => (await once(worker, "message"))[0];
  await Promise.all(workers.map(answer));
  const ask = (some) => {
    const answers = some.map(answer);
    for (const worker of some) worker.postMessage(0);
    return Promise.all(answers);
  };
  const one = [];
  const two = [];
  const ceiling = [];
  try {
    for (let turn = -1; turn < turns; turn++) {
      const single = await iterationOf(rows, shape, start, iterations, 1);
      const double = await iterationOf(rows, shape, start, iterations, 2);
      const [alone] = await ask([workers[turn & 1]]);
      const both = Math.max(...(await ask(workers)));
      if (turn < 0) continue;
      one.push(single);
      two.push(double);
      ceiling.push((2 * alone) / both);
    }
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  const gain = one.map((ms, i) => ms / two[i]);
  return {
    ...{ shape: nameOf(shape), variant, one: medianOf(one), two: medianOf(two) },
    ...{ gain: medianInterval(gain), ceiling: medianInterval(ceiling) },
    share: medianInterval(gain.map((ratio, i) => ratio / ceiling[i])),
  };
}

/** @type {Parameters<typeof main>[1]} */
async function run({ quick }) {
  const rows = [];
  const shapes = GRID.filter(({ N, d }) => N * d >= LEAST);
  for (const variant of /** @type {const} */ (["separated", "overlapping"])) {
    for (const shape of quick ? shapes.slice(0, 2) : shapes) rows.push(await gains(shape, variant, quick));
  }
  return [
    {
      title: "A second thread: one EM iteration, full covariance",
      note:
        "Gain: times shorter with two threads than with one. Ceiling: what two independent one-thread fits at once do in the time of " +
        "one, on this machine in the same turn; 2 where processors share nothing. Medians (95% interval).",
      columns: {
        "N x d, K": (row) => row.shape,
        components: (row) => row.variant,
        "one thread, ms": (row) => digits(row.one),
        "two threads, ms": (row) => digits(row.two),
        gain: (row) => interval(row.gain),
        ceiling: (row) => interval(row.ceiling),
        "of the ceiling": (row) => interval(row.share),
      },
      rows,
    },
  ];
}

await main(import.meta.url, run);
